-- Who has an order of the item, whatever became of it, in the snapshot of one statement that also finds nothing left;
-- no row if something is. It looks at `most` + 1 buyers at most. Each connection keeps its plan, which is often made
-- while `orders` is empty, so the planner is told to walk indexes.
CREATE OR REPLACE FUNCTION buyers_of_gone(item uuid, most integer) RETURNS TABLE (users text, count integer)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT string_agg(b.user_id::text, ','), count(b.user_id)::integer
  FROM event_items i LEFT JOIN LATERAL (
    SELECT DISTINCT o.user_id FROM orders o WHERE o.event_item_id = i.id LIMIT most + 1
  ) AS b ON true
  WHERE i.id = item AND i.stock_remaining = 0
  GROUP BY i.id;
END;
$$;
