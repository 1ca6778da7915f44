-- What an event is at an instant, whatever its status column says yet: the scheduler only follows. Who sells
-- by it passes clock_timestamp(), read after the event item's row is locked.
CREATE OR REPLACE FUNCTION event_phase(status text, starts_at timestamptz, ends_at timestamptz, at timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN status = 'closed' OR at >= ends_at THEN 'closed'
  WHEN status <> 'locked' THEN status
  WHEN at >= starts_at THEN 'live'
  ELSE 'locked'
END;
