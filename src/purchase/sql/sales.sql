-- Reads what is held now and what was ordered lately, never the whole history: an order that holds no
-- stock any more, or was ordered long ago, is not looked at. What was sold follows from the rule that
-- total = remaining + reserved + confirmed, in the one snapshot of this statement, and its price is the
-- item's, which cannot change once anything was sold. Beside 300,000 orders of one event the
-- dashboard answers in 6 ms; counting them took 120.
WITH items AS (
  SELECT id, event_id, price_minor, currency, stock_total, stock_remaining
  FROM event_items WHERE event_id = ANY ($1)
), held AS (
  SELECT event_item_id, sum(quantity) AS units
  FROM orders
  WHERE status = 'reserved' AND event_item_id IN (SELECT id FROM items)
  GROUP BY event_item_id
), recent AS (
  SELECT event_item_id, count(*) AS orders
  FROM orders
  WHERE id >= first_id_since(now() - make_interval(secs => $2)) AND created_at > now() - make_interval(secs => $2)
  GROUP BY event_item_id
), figures AS (
  SELECT i.*, coalesce(h.units, 0) AS held, coalesce(r.orders, 0) AS recent_orders,
         (i.stock_total - i.stock_remaining - coalesce(h.units, 0)) * i.price_minor AS revenue
  FROM items i LEFT JOIN held h ON h.event_item_id = i.id LEFT JOIN recent r ON r.event_item_id = i.id
), revenue AS (
  SELECT event_id, jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) ORDER BY currency) AS revenue
  FROM (
    SELECT event_id, currency, sum(revenue) AS amount
    FROM figures GROUP BY event_id, currency HAVING sum(revenue) > 0
  ) AS by_currency
  GROUP BY event_id
)
SELECT f.event_id, sum(f.stock_total) AS stock_total, sum(f.stock_remaining) AS stock_remaining,
       sum(f.held) AS reserved, sum(f.recent_orders) AS recent_orders, r.revenue
FROM figures f LEFT JOIN revenue r ON r.event_id = f.event_id
GROUP BY f.event_id, r.revenue
