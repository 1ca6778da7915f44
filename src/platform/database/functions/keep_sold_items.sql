CREATE OR REPLACE FUNCTION keep_sold_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A claim holds the item's lock until its orders are committed, and this trigger runs when that lock is ours.
  IF EXISTS (SELECT FROM orders WHERE event_item_id = OLD.id) THEN
    RAISE foreign_key_violation USING MESSAGE = format('event item %s has orders', OLD.id);
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;
CREATE OR REPLACE TRIGGER sold_items_are_kept BEFORE DELETE OR UPDATE OF id ON event_items
  FOR EACH ROW EXECUTE FUNCTION keep_sold_items();
