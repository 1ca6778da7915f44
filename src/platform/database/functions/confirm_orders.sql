-- Confirms reservations, each for the user who asks, in one transaction: an answer per request, in the order of the
-- arrays. What a confirmed order brings with it in the same commit belongs here.
--
-- `outcome` is
--   done          it was reserved and is confirmed now
--   already       this user confirmed it before, so a repeated request gets the first answer
--   unknown       this user has no such order; the other columns are NULL
--   overdue       its time was over, whether or not expiry has come round to it
--   not_reserved  it was cancelled, or its event was closed by force
--
-- Lock order: orders by id. The planner is told to walk indexes: see claim_orders.
CREATE OR REPLACE FUNCTION confirm_orders(order_ids uuid[], user_ids uuid[])
RETURNS TABLE (
  outcome text, id uuid, event_id uuid, event_item_id uuid, item_name text, quantity integer, unit_price_minor bigint,
  currency text, status text, reserved_until timestamptz, created_at timestamptz, confirmed_at timestamptz,
  release_reason text, event_force_closed boolean
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  decided_at timestamptz;
  done uuid[];
BEGIN
  PERFORM FROM orders WHERE id = ANY (order_ids) ORDER BY id FOR NO KEY UPDATE;
  decided_at := clock_timestamp();
  WITH changed AS (
    UPDATE orders AS o SET status = 'confirmed', confirmed_at = decided_at
    FROM unnest(order_ids, user_ids) AS r (id, user_id)
    WHERE o.id = r.id AND o.user_id = r.user_id AND o.status = 'reserved' AND o.reserved_until > decided_at
      AND NOT EXISTS (
        SELECT FROM event_items i JOIN events e ON e.id = i.event_id
        WHERE i.id = o.event_item_id AND e.status = 'closed' AND e.force_closed_at IS NOT NULL
      )
    RETURNING o.id
  )
  SELECT array_agg(id) INTO done FROM changed;

  RETURN QUERY
  SELECT
    CASE
      WHEN o.id IS NULL THEN 'unknown'
      WHEN o.id = ANY (done) THEN 'done'
      WHEN o.status = 'confirmed' THEN 'already'
      WHEN o.status = 'expired' OR (o.status = 'reserved' AND o.reserved_until <= decided_at) THEN 'overdue'
      ELSE 'not_reserved'
    END,
    o.id, i.event_id, o.event_item_id, c.name, o.quantity, o.unit_price_minor, o.currency, o.status, o.reserved_until,
    o.created_at, o.confirmed_at, o.release_reason, e.status = 'closed' AND e.force_closed_at IS NOT NULL
  FROM unnest(order_ids, user_ids) WITH ORDINALITY AS r (id, user_id, ordinal)
  LEFT JOIN orders o ON o.id = r.id AND o.user_id = r.user_id
  LEFT JOIN event_items i ON i.id = o.event_item_id
  LEFT JOIN item_catalog c ON c.id = i.item_id
  LEFT JOIN events e ON e.id = i.event_id
  ORDER BY r.ordinal;
END;
$$;
