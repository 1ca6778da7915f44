-- The schema as it is. Written by `npm run schema`; do not edit it, add a migration.

CREATE TABLE audit_log (
  id uuid NOT NULL,
  actor_id uuid NOT NULL,
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT audit_log_pkey PRIMARY KEY (id),
  CONSTRAINT audit_log_actor_fkey FOREIGN KEY (actor_id) REFERENCES users(id)
);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_by_target ON audit_log (target_id, id);

CREATE TABLE comments (
  id uuid NOT NULL,
  event_id uuid NOT NULL,
  root_id uuid NOT NULL,
  parent_id uuid,
  depth integer NOT NULL,
  author_id uuid NOT NULL,
  text text NOT NULL,
  reply_count integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  removed_at timestamp with time zone,
  CONSTRAINT comments_pkey PRIMARY KEY (id),
  CONSTRAINT comments_depth_not_negative CHECK ((depth >= 0))
);
CREATE INDEX comments_by_author ON comments (author_id, event_id, created_at);
CREATE INDEX comments_by_thread ON comments (root_id, id);
CREATE INDEX comments_roots_by_event ON comments (event_id, id) WHERE (parent_id IS NULL);

CREATE TABLE event_items (
  id uuid NOT NULL,
  event_id uuid NOT NULL,
  item_id uuid NOT NULL,
  "position" integer NOT NULL,
  price_minor bigint NOT NULL,
  currency text NOT NULL,
  stock_total integer NOT NULL,
  stock_remaining integer NOT NULL,
  per_user_limit integer NOT NULL,
  CONSTRAINT event_items_pkey PRIMARY KEY (id),
  CONSTRAINT event_items_item_once UNIQUE (event_id, item_id),
  CONSTRAINT event_items_event_fkey FOREIGN KEY (event_id) REFERENCES events(id),
  CONSTRAINT event_items_item_fkey FOREIGN KEY (item_id) REFERENCES item_catalog(id),
  CONSTRAINT event_items_limit_positive CHECK ((per_user_limit > 0)),
  CONSTRAINT event_items_price_not_negative CHECK ((price_minor >= 0)),
  CONSTRAINT event_items_stock_in_range CHECK (((stock_remaining >= 0) AND (stock_remaining <= stock_total))),
  CONSTRAINT event_items_stock_positive CHECK ((stock_total > 0))
) WITH (fillfactor=50);
CREATE INDEX event_items_by_item ON event_items (item_id);
CREATE TRIGGER sold_items_are_kept BEFORE DELETE OR UPDATE OF id ON event_items FOR EACH ROW EXECUTE FUNCTION keep_sold_items();

CREATE TABLE events (
  id uuid NOT NULL,
  title text NOT NULL,
  description text NOT NULL,
  status text NOT NULL DEFAULT 'locked'::text,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  reservation_ttl_seconds integer NOT NULL,
  version integer NOT NULL DEFAULT 1,
  opened_at timestamp with time zone,
  closed_at timestamp with time zone,
  sold_out_at timestamp with time zone,
  force_opened_at timestamp with time zone,
  force_opened_by uuid,
  force_closed_at timestamp with time zone,
  force_closed_by uuid,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT events_pkey PRIMARY KEY (id),
  CONSTRAINT events_force_closed_by_fkey FOREIGN KEY (force_closed_by) REFERENCES users(id),
  CONSTRAINT events_force_opened_by_fkey FOREIGN KEY (force_opened_by) REFERENCES users(id),
  CONSTRAINT events_ends_after_start CHECK ((ends_at > starts_at)),
  CONSTRAINT events_status_known CHECK ((status = ANY (ARRAY['locked'::text, 'live'::text, 'sold_out'::text, 'closed'::text]))),
  CONSTRAINT events_ttl_positive CHECK ((reservation_ttl_seconds > 0))
);
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE INDEX events_to_close ON events (ends_at) WHERE (status <> 'closed'::text);
CREATE INDEX events_to_open ON events (starts_at) WHERE ((opened_at IS NULL) AND (status <> 'closed'::text));

CREATE TABLE handled_messages (
  message_id uuid NOT NULL,
  subscriber text NOT NULL,
  handled_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT handled_messages_pkey PRIMARY KEY (message_id, subscriber)
);
CREATE INDEX handled_messages_by_age ON handled_messages (handled_at);

CREATE TABLE idempotency_records (
  user_id uuid NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  resource_id uuid,
  answer json,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_records_pkey PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_records_by_age ON idempotency_records (created_at);

CREATE TABLE item_catalog (
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  category text NOT NULL,
  image_url text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT item_catalog_pkey PRIMARY KEY (id)
);

CREATE TABLE orders (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  event_item_id uuid NOT NULL,
  quantity integer NOT NULL,
  unit_price_minor bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'reserved'::text,
  reserved_until timestamp with time zone NOT NULL,
  idempotency_key text,
  created_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  released_at timestamp with time zone,
  release_reason text,
  CONSTRAINT orders_pkey PRIMARY KEY (id),
  CONSTRAINT orders_event_item_fkey FOREIGN KEY (event_item_id) REFERENCES event_items(id) NOT ENFORCED,
  CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users(id) NOT ENFORCED,
  CONSTRAINT orders_quantity_positive CHECK ((quantity > 0)),
  CONSTRAINT orders_release_reason_known CHECK ((release_reason = ANY (ARRAY['shopper'::text, 'expiry'::text, 'event_closed'::text]))),
  CONSTRAINT orders_status_known CHECK ((status = ANY (ARRAY['reserved'::text, 'confirmed'::text, 'cancelled'::text, 'expired'::text])))
);
CREATE INDEX orders_by_event_item ON orders (event_item_id, user_id);
CREATE INDEX orders_by_user ON orders (user_id, id);
CREATE UNIQUE INDEX orders_idempotency ON orders (user_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX orders_to_expire ON orders (reserved_until) WHERE (status = 'reserved'::text);

CREATE TABLE refresh_tokens (
  token_hash text NOT NULL,
  session_id uuid NOT NULL,
  generation integer NOT NULL,
  superseded_at timestamp with time zone,
  issued_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash),
  CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE reviews (
  id uuid NOT NULL,
  item_id uuid NOT NULL,
  user_id uuid NOT NULL,
  rating integer NOT NULL,
  text text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT reviews_pkey PRIMARY KEY (id),
  CONSTRAINT reviews_one_per_user UNIQUE (item_id, user_id),
  CONSTRAINT reviews_rating_in_range CHECK (((rating >= 1) AND (rating <= 5)))
);
CREATE INDEX reviews_by_item ON reviews (item_id, id);
CREATE INDEX reviews_by_rating ON reviews (item_id, rating);

CREATE TABLE revocations (
  id uuid NOT NULL,
  session_id uuid,
  user_id uuid,
  min_token_version integer,
  created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT revocations_pkey PRIMARY KEY (id),
  CONSTRAINT revocations_one_target CHECK (((session_id IS NULL) <> (user_id IS NULL)))
);
CREATE INDEX revocations_by_time ON revocations (created_at);

CREATE TABLE schema_files (
  path text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT schema_files_pkey PRIMARY KEY (path)
);

CREATE TABLE sessions (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  device text NOT NULL,
  refresh_generation integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  last_used_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE users (
  id uuid NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  display_name text NOT NULL,
  role text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  token_version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_unique UNIQUE (email),
  CONSTRAINT users_email_lower_case CHECK ((email = lower(email))),
  CONSTRAINT users_role_known CHECK ((role = ANY (ARRAY['customer'::text, 'admin'::text])))
);
CREATE TRIGGER users_are_kept BEFORE DELETE OR UPDATE OF id ON users FOR EACH ROW EXECUTE FUNCTION keep_users();

-- functions/buyers_of_gone.sql: buyers_of_gone(item uuid, most integer) RETURNS TABLE(users text, count integer)

-- functions/cancel_orders.sql: cancel_orders(order_ids uuid[], user_ids uuid[]) RETURNS TABLE(outcome text, id uuid, event_id uuid, event_item_id uuid, item_name text, quantity integer, unit_price_minor bigint, currency text, status text, reserved_until timestamp with time zone, created_at timestamp with time zone, confirmed_at timestamp with time zone, release_reason text, event_force_closed boolean)

-- functions/cancel_orders_of_closed_event.sql: cancel_orders_of_closed_event(order_ids uuid[]) RETURNS TABLE("orderId" uuid, "userId" uuid, "eventItemId" uuid, quantity integer)

-- functions/claim_orders.sql: claim_orders(wanted_items uuid[], item_ordinals integer[], order_ids uuid[], user_ids uuid[], quantities integer[], keys text[], seen_amounts bigint[], seen_currencies text[], hold_limit integer, hold_window_seconds integer) RETURNS TABLE(item_ordinal integer, event_id uuid, item_name text, unit_price_minor bigint, currency text, per_user_limit integer, phase text, starts_at timestamp with time zone, decided_at timestamp with time zone, reserved_until timestamp with time zone, stock_remaining integer, outcomes text, replays jsonb, waits jsonb)

-- functions/confirm_orders.sql: confirm_orders(order_ids uuid[], user_ids uuid[]) RETURNS TABLE(outcome text, id uuid, event_id uuid, event_item_id uuid, item_name text, quantity integer, unit_price_minor bigint, currency text, status text, reserved_until timestamp with time zone, created_at timestamp with time zone, confirmed_at timestamp with time zone, release_reason text, event_force_closed boolean)

-- functions/event_phase.sql: event_phase(status text, starts_at timestamp with time zone, ends_at timestamp with time zone, at timestamp with time zone) RETURNS text

-- functions/expire_orders.sql: expire_orders(most integer) RETURNS TABLE("orderId" uuid, "userId" uuid, "eventItemId" uuid, quantity integer)

-- functions/first_id_since.sql: first_id_since(at timestamp with time zone) RETURNS uuid

-- functions/keep_sold_items.sql: keep_sold_items() RETURNS trigger

-- functions/keep_users.sql: keep_users() RETURNS trigger

-- functions/return_stock.sql: return_stock(item_ids uuid[], quantities integer[]) RETURNS TABLE(event_item_id uuid, event_id uuid, stock_remaining integer)

-- functions/settle_event_stock.sql: settle_event_stock(event uuid) RETURNS void
