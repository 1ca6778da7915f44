-- Gives units back to their event items, in the transaction that released the orders, and makes sold-out
-- drops live again. Lock order: orders (the caller's), then items, then events, each sorted.
CREATE OR REPLACE FUNCTION return_stock(item_ids uuid[], quantities integer[])
RETURNS TABLE (event_item_id uuid, event_id uuid, stock_remaining integer)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
  refilled uuid[] := '{}';
  drop_event uuid;
  returned integer;
BEGIN
  PERFORM FROM event_items WHERE id = ANY (item_ids) ORDER BY id FOR NO KEY UPDATE;
  FOR event_item_id, event_id, stock_remaining, returned IN
    UPDATE event_items AS i SET stock_remaining = i.stock_remaining + r.quantity
    FROM (
      SELECT item, sum(quantity)::integer AS quantity FROM unnest(item_ids, quantities) AS given (item, quantity)
      GROUP BY item
    ) AS r
    WHERE i.id = r.item
    RETURNING i.id, i.event_id, i.stock_remaining, r.quantity
  LOOP
    RETURN NEXT;
    IF stock_remaining = returned THEN
      refilled := refilled || event_id;
    END IF;
  END LOOP;
  FOR drop_event IN SELECT DISTINCT e FROM unnest(refilled) AS e ORDER BY e LOOP
    PERFORM settle_event_stock(drop_event);
  END LOOP;
END;
$$;
