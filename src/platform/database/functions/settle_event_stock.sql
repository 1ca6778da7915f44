-- Makes a running event's status agree with its stock. Whoever took an item's stock to 0, or brought it up
-- from 0, calls this in the same transaction while the item's row is locked. The event's row is locked
-- first and the stock looked at by a later statement, which sees what others committed meanwhile; so of two
-- claims that empty the last two items, the second finds both gone. opened_at stays NULL if the
-- scheduler has not opened the event yet: the opening is still its to do.
CREATE OR REPLACE FUNCTION settle_event_stock(event uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz;
  gone boolean;
BEGIN
  PERFORM FROM events WHERE id = event FOR NO KEY UPDATE;
  at := clock_timestamp();
  gone := NOT EXISTS (SELECT FROM event_items WHERE event_id = event AND stock_remaining > 0);
  UPDATE events
  SET status = CASE WHEN gone THEN 'sold_out' ELSE 'live' END, sold_out_at = CASE WHEN gone THEN at END
  WHERE id = event
    AND event_phase(status, starts_at, ends_at, at) = CASE WHEN gone THEN 'live' ELSE 'sold_out' END;
END;
$$;
