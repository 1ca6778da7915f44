-- Orders by the whole seconds that had passed since them. Beside 500,000 orders of the last five minutes it
-- answers in a quarter of a second, which is why it is asked when a page is opened, and not again and again.
WITH placed AS (
  SELECT event_item_id, date_bin('1 second', created_at, $2::timestamptz) AS at, count(*)::integer AS orders
  FROM orders
  WHERE id >= $4::uuid AND created_at > $2::timestamptz - make_interval(secs => $3)
  GROUP BY event_item_id, at
)
SELECT i.event_id, greatest(0, extract(epoch FROM $2::timestamptz - p.at)::integer - 1) AS age, p.orders
FROM placed p JOIN event_items i ON i.id = p.event_item_id
WHERE i.event_id = ANY ($1)
