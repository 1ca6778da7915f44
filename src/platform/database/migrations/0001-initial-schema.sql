CREATE TABLE users (
  id uuid CONSTRAINT users_pkey PRIMARY KEY,
  email text NOT NULL,
  password_hash text NOT NULL,
  display_name text NOT NULL,
  role text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  token_version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_email_unique UNIQUE (email),
  CONSTRAINT users_email_lower_case CHECK (email = lower(email)),
  CONSTRAINT users_role_known CHECK (role IN ('customer', 'admin'))
);

CREATE TABLE sessions (
  id uuid CONSTRAINT sessions_pkey PRIMARY KEY,
  user_id uuid NOT NULL CONSTRAINT sessions_user_fkey REFERENCES users (id),
  device text NOT NULL,
  refresh_generation integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  token_hash text CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
  session_id uuid NOT NULL CONSTRAINT refresh_tokens_session_fkey REFERENCES sessions (id) ON DELETE CASCADE,
  generation integer NOT NULL,
  superseded_at timestamptz
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- What every instance must stop honouring, kept only while an access token could still be alive.
CREATE TABLE revocations (
  id uuid CONSTRAINT revocations_pkey PRIMARY KEY,
  session_id uuid,
  user_id uuid,
  min_token_version integer,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT revocations_one_target CHECK ((session_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX revocations_by_time ON revocations (created_at);

CREATE TABLE item_catalog (
  id uuid CONSTRAINT item_catalog_pkey PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL,
  category text NOT NULL,
  image_url text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE events (
  id uuid CONSTRAINT events_pkey PRIMARY KEY,
  title text NOT NULL,
  description text NOT NULL,
  status text NOT NULL DEFAULT 'locked',
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  reservation_ttl_seconds integer NOT NULL,
  version integer NOT NULL DEFAULT 1,
  opened_at timestamptz,
  closed_at timestamptz,
  sold_out_at timestamptz,
  force_opened_at timestamptz,
  force_opened_by uuid CONSTRAINT events_force_opened_by_fkey REFERENCES users (id),
  force_closed_at timestamptz,
  force_closed_by uuid CONSTRAINT events_force_closed_by_fkey REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT events_status_known CHECK (status IN ('locked', 'live', 'sold_out', 'closed')),
  CONSTRAINT events_ends_after_start CHECK (ends_at > starts_at),
  CONSTRAINT events_ttl_positive CHECK (reservation_ttl_seconds > 0)
);
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE INDEX events_to_open ON events (starts_at) WHERE opened_at IS NULL AND status <> 'closed';
CREATE INDEX events_to_close ON events (ends_at) WHERE status <> 'closed';

-- Half of each page is left free, so that a claim's new version of the row stays on its page (a HOT
-- update) and no index is touched.
CREATE TABLE event_items (
  id uuid CONSTRAINT event_items_pkey PRIMARY KEY,
  event_id uuid NOT NULL CONSTRAINT event_items_event_fkey REFERENCES events (id),
  item_id uuid NOT NULL CONSTRAINT event_items_item_fkey REFERENCES item_catalog (id),
  position integer NOT NULL,
  price_minor bigint NOT NULL,
  currency text NOT NULL,
  stock_total integer NOT NULL,
  stock_remaining integer NOT NULL,
  per_user_limit integer NOT NULL,
  CONSTRAINT event_items_stock_in_range CHECK (stock_remaining BETWEEN 0 AND stock_total),
  CONSTRAINT event_items_stock_positive CHECK (stock_total > 0),
  CONSTRAINT event_items_price_not_negative CHECK (price_minor >= 0),
  CONSTRAINT event_items_limit_positive CHECK (per_user_limit > 0),
  CONSTRAINT event_items_item_once UNIQUE (event_id, item_id)
) WITH (fillfactor = 50);
CREATE INDEX event_items_by_item ON event_items (item_id);

CREATE TABLE orders (
  id uuid CONSTRAINT orders_pkey PRIMARY KEY,
  user_id uuid NOT NULL CONSTRAINT orders_user_fkey REFERENCES users (id),
  event_item_id uuid NOT NULL CONSTRAINT orders_event_item_fkey REFERENCES event_items (id),
  quantity integer NOT NULL,
  unit_price_minor bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'reserved',
  reserved_until timestamptz NOT NULL,
  idempotency_key text,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  released_at timestamptz,
  release_reason text,
  CONSTRAINT orders_status_known CHECK (status IN ('reserved', 'confirmed', 'cancelled', 'expired')),
  CONSTRAINT orders_quantity_positive CHECK (quantity > 0),
  CONSTRAINT orders_release_reason_known CHECK (release_reason IN ('shopper', 'expiry', 'event_closed'))
);
CREATE UNIQUE INDEX orders_idempotency ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- A shopper's history, newest first (ids are UUIDv7).
CREATE INDEX orders_by_user ON orders (user_id, id);
-- The per-user limit, the dashboard and the verified buyer.
CREATE INDEX orders_by_event_item ON orders (event_item_id, user_id);
CREATE INDEX orders_to_expire ON orders (reserved_until) WHERE status = 'reserved';

CREATE TABLE reviews (
  id uuid CONSTRAINT reviews_pkey PRIMARY KEY,
  item_id uuid NOT NULL,
  user_id uuid NOT NULL,
  rating integer NOT NULL,
  text text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT reviews_one_per_user UNIQUE (item_id, user_id),
  CONSTRAINT reviews_rating_in_range CHECK (rating BETWEEN 1 AND 5)
);
CREATE INDEX reviews_by_item ON reviews (item_id, id);
-- Answers the summary without reading the reviews.
CREATE INDEX reviews_by_rating ON reviews (item_id, rating);

-- A thread is a root comment (root_id = id) and all replies under it, at any depth. Only the root's
-- reply_count is kept: it bounds the thread.
CREATE TABLE comments (
  id uuid CONSTRAINT comments_pkey PRIMARY KEY,
  event_id uuid NOT NULL,
  root_id uuid NOT NULL,
  parent_id uuid,
  depth integer NOT NULL,
  author_id uuid NOT NULL,
  text text NOT NULL,
  reply_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  CONSTRAINT comments_depth_not_negative CHECK (depth >= 0)
);
CREATE INDEX comments_by_thread ON comments (root_id, id);
CREATE INDEX comments_roots_by_event ON comments (event_id, id) WHERE parent_id IS NULL;

CREATE TABLE audit_log (
  id uuid CONSTRAINT audit_log_pkey PRIMARY KEY,
  actor_id uuid NOT NULL CONSTRAINT audit_log_actor_fkey REFERENCES users (id),
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_by_target ON audit_log (target_id, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, id);
