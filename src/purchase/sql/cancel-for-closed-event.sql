-- Locks in the order of the ids, as whatever locks several orders does.
WITH locked AS (
  SELECT id FROM orders WHERE id = ANY ($1) ORDER BY id FOR UPDATE
), cancelled AS (
  UPDATE orders AS o SET status = 'cancelled', released_at = clock_timestamp(), release_reason = $2
  FROM locked WHERE o.id = locked.id AND o.status = ANY ($3)
  RETURNING o.*
)
SELECT id AS "orderId", user_id AS "userId", event_item_id AS "eventItemId", quantity FROM cancelled
