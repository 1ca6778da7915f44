-- What a request with an Idempotency-Key came to, so that sending it again makes nothing twice.
CREATE TABLE idempotency_records (
  user_id uuid NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  resource_id uuid,
  answer json,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_records_pkey PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_records_by_age ON idempotency_records (created_at);
