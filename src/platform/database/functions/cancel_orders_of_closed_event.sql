-- Cancels those of `order_ids` that are still reserved, because their event was closed. It does not return the stock.
-- Lock order: orders by id. The planner is told to walk indexes: see claim_orders.
CREATE OR REPLACE FUNCTION cancel_orders_of_closed_event(order_ids uuid[])
RETURNS TABLE ("orderId" uuid, "userId" uuid, "eventItemId" uuid, quantity integer)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM orders WHERE id = ANY (order_ids) ORDER BY id FOR NO KEY UPDATE;
  RETURN QUERY
  UPDATE orders AS o SET status = 'cancelled', released_at = clock_timestamp(), release_reason = 'event_closed'
  WHERE o.id = ANY (order_ids) AND o.status = 'reserved'
  RETURNING o.id, o.user_id, o.event_item_id, o.quantity;
END;
$$;
