-- Expires reservations whose time is over, at most `most`. It skips those that somebody else is just resolving, so it
-- never waits, and several instances share the work. It does not return the stock.
--
-- now() is the transaction's start: an index can be searched for it, and it is never ahead of the clock. The planner
-- is told to walk indexes: it expects `most` orders to be due and would read the whole table for them.
CREATE OR REPLACE FUNCTION expire_orders(most integer)
RETURNS TABLE ("orderId" uuid, "userId" uuid, "eventItemId" uuid, quantity integer)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH due AS (
    SELECT id FROM orders WHERE status = 'reserved' AND reserved_until <= now()
    ORDER BY reserved_until LIMIT most FOR UPDATE SKIP LOCKED
  )
  UPDATE orders AS o SET status = 'expired', released_at = clock_timestamp(), release_reason = 'expiry'
  FROM due WHERE o.id = due.id AND o.status = 'reserved'
  RETURNING o.id, o.user_id, o.event_item_id, o.quantity;
END;
$$;
