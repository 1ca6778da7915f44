-- The first UUIDv7 of an instant, which bounds a scan of the orders since then by their primary key. A minute is
-- granted for the clocks of instances that differ.
CREATE OR REPLACE FUNCTION first_id_since(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rpad(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint - 60000), 12, '0'), 32, '0')::uuid;
