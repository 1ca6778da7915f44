-- A lost answer leaves a successor that nobody has: its age tells when another may be issued in its place.
ALTER TABLE refresh_tokens ADD COLUMN issued_at timestamptz NOT NULL DEFAULT now();
