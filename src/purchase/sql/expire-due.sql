-- now() is the transaction's start: an index can be searched for it, and it is never ahead of the clock.
WITH due AS (
  SELECT id FROM orders WHERE status = 'reserved' AND reserved_until <= now()
  ORDER BY reserved_until LIMIT $1 FOR UPDATE SKIP LOCKED
), expired AS (
  UPDATE orders AS o SET status = 'expired', released_at = clock_timestamp(), release_reason = 'expiry'
  FROM due WHERE o.id = due.id AND o.status = ANY ($2)
  RETURNING o.*
)
SELECT id AS "orderId", user_id AS "userId", event_item_id AS "eventItemId", quantity FROM expired
