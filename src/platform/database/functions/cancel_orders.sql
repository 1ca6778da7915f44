-- Cancels reservations, each for the user who asks, and returns their stock, in one transaction: an answer per request,
-- in the order of the arrays.
--
-- `outcome` is
--   done          it was reserved and is cancelled now
--   already       this user cancelled it before, so a repeated request gets the first answer
--   unknown       this user has no such order; the other columns are NULL
--   overdue       its time was over, whether or not expiry has come round to it
--   not_reserved  it was confirmed, or closing its event cancelled it
--
-- Lock order: orders by id, then items and events (return_stock). The planner is told to walk indexes: see claim_orders.
CREATE OR REPLACE FUNCTION cancel_orders(order_ids uuid[], user_ids uuid[])
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
  items uuid[];
  quantities integer[];
BEGIN
  PERFORM FROM orders WHERE id = ANY (order_ids) ORDER BY id FOR NO KEY UPDATE;
  decided_at := clock_timestamp();
  WITH changed AS (
    UPDATE orders AS o SET status = 'cancelled', released_at = decided_at, release_reason = 'shopper'
    FROM unnest(order_ids, user_ids) AS r (id, user_id)
    WHERE o.id = r.id AND o.user_id = r.user_id AND o.status = 'reserved' AND o.reserved_until > decided_at
    RETURNING o.id, o.event_item_id, o.quantity
  )
  SELECT array_agg(id), array_agg(event_item_id), array_agg(quantity) INTO done, items, quantities FROM changed;
  IF done IS NOT NULL THEN
    PERFORM return_stock(items, quantities);
  END IF;

  RETURN QUERY
  SELECT
    CASE
      WHEN o.id IS NULL THEN 'unknown'
      WHEN o.id = ANY (done) THEN 'done'
      WHEN o.status = 'cancelled' AND o.release_reason = 'shopper' THEN 'already'
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
