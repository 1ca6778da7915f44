/**
 * A batch of claims for one event item: one round trip, one transaction, one flush to disk.
 *
 * The arrays hold the requests in the order of their arrival. The answer is one row (none if there is no such
 * event item) with a letter per request in `outcomes`, as if the requests had come one after the other:
 *
 *   G granted: the order exists        R replayed: the key's first order is in `replays`
 *   S sold out                         L the shopper's limit is reached
 *   N the event is not live            K the key was used for something else
 *   U no such active user
 *
 * A request for more than is left is refused, and a later, smaller one may still get its units. When nothing is
 * left, everyone is told that, those at their limit too.
 *
 * Lock order: the event item, then new orders by (user, key), then the event. Batches of different items that
 * carry the same keys wait for each other in one direction only, since all insert in the same order.
 *
 * The planner is told to walk indexes: the plan is made once per connection, often while `orders` is empty, and
 * must still be right when the drop has filled it.
 */
export const CLAIM_ORDERS = `
CREATE FUNCTION claim_orders(
  wanted_item uuid, order_ids uuid[], user_ids uuid[], quantities integer[], keys text[]
) RETURNS TABLE (
  event_id uuid, item_name text, unit_price_minor bigint, currency text, per_user_limit integer, phase text,
  starts_at timestamptz, decided_at timestamptz, reserved_until timestamptz, stock_remaining integer,
  outcomes text, replays jsonb
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  locked boolean := false;
  offer record;
  units_left integer;
  fates text[];
  -- Per request: units the user already holds, and the first request of the batch by the same user and with
  -- the same key; these are where the loop below keeps its sums.
  held integer[];
  first_of_user integer[];
  first_of_key integer[];
  key_taken boolean[];
  units_asked bigint;
  user_repeats boolean;
  granted bigint;
  granted_units bigint;
BEGIN
  -- First a look without a lock: when nothing can be sold, which is most of a drop's traffic, nobody waits and
  -- nothing is written, so the commit needs no flush. Otherwise lock, then look again: each statement
  -- sees what was committed before it began.
  LOOP
    decided_at := clock_timestamp();
    SELECT
      i.event_id, i.price_minor, i.currency, i.per_user_limit, i.stock_remaining, c.name, e.starts_at,
      e.reservation_ttl_seconds, event_phase(e.status, e.starts_at, e.ends_at, decided_at) AS phase
    INTO offer
    FROM event_items i JOIN events e ON e.id = i.event_id JOIN item_catalog c ON c.id = i.item_id
    WHERE i.id = wanted_item;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    EXIT WHEN locked OR offer.stock_remaining = 0 OR offer.phase NOT IN ('live', 'sold_out');
    PERFORM FROM event_items WHERE id = wanted_item FOR NO KEY UPDATE;
    locked := true;
  END LOOP;
  reserved_until := decided_at + make_interval(secs => offer.reservation_ttl_seconds);
  units_left := offer.stock_remaining;

  -- What each request would get if it were alone.
  SELECT
    array_agg(fate ORDER BY ordinal), array_agg(standing ORDER BY ordinal),
    array_agg(user_first ORDER BY ordinal), array_agg(key_first ORDER BY ordinal),
    coalesce(sum(quantity) FILTER (WHERE fate = 'G'), 0), bool_or(user_first < ordinal)
  INTO fates, held, first_of_user, first_of_key, units_asked, user_repeats
  FROM (
    SELECT
      r.ordinal, r.quantity, s.standing,
      (min(r.ordinal) OVER (PARTITION BY r.user_id))::integer AS user_first,
      CASE WHEN r.key IS NOT NULL THEN (min(r.ordinal) OVER (PARTITION BY r.user_id, r.key))::integer END
        AS key_first,
      CASE
        WHEN u.id IS NULL THEN 'U'
        WHEN p.id IS NOT NULL
          THEN CASE WHEN p.event_item_id = wanted_item AND p.quantity = r.quantity THEN 'R' ELSE 'K' END
        WHEN offer.phase NOT IN ('live', 'sold_out') THEN 'N'
        WHEN units_left = 0 THEN 'S'
        WHEN s.standing + r.quantity > offer.per_user_limit THEN 'L'
        WHEN r.quantity > units_left THEN 'S'
        ELSE 'G'
      END AS fate
    FROM unnest(order_ids, user_ids, quantities, keys) WITH ORDINALITY AS r (id, user_id, quantity, key, ordinal)
    LEFT JOIN users u ON u.id = r.user_id AND u.active
    LEFT JOIN orders p
      ON p.user_id = r.user_id AND p.idempotency_key = r.key AND p.idempotency_key IS NOT NULL
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(o.quantity), 0)::integer AS standing FROM orders o
      WHERE o.event_item_id = wanted_item AND o.user_id = r.user_id AND o.status IN ('reserved', 'confirmed')
    ) s
  ) AS alone;

  -- Only where requests of this batch come in each other's way are they decided one by one.
  IF units_asked > 0 AND (user_repeats OR units_asked >= units_left) THEN
    key_taken := array_fill(false, ARRAY[cardinality(fates)]);
    FOR i IN 1 .. cardinality(fates) LOOP
      CONTINUE WHEN fates[i] NOT IN ('G', 'L', 'S');
      IF key_taken[first_of_key[i]] THEN
        fates[i] := 'R';
      ELSIF units_left = 0 THEN
        fates[i] := 'S';
      ELSIF held[first_of_user[i]] + quantities[i] > offer.per_user_limit THEN
        fates[i] := 'L';
      ELSIF quantities[i] > units_left THEN
        fates[i] := 'S';
      ELSE
        fates[i] := 'G';
        units_left := units_left - quantities[i];
        held[first_of_user[i]] := held[first_of_user[i]] + quantities[i];
        IF keys[i] IS NOT NULL THEN
          key_taken[first_of_key[i]] := true;
        END IF;
      END IF;
    END LOOP;
  END IF;

  stock_remaining := offer.stock_remaining;
  IF 'G' = ANY (fates) THEN
    WITH inserted AS (
      INSERT INTO orders (
        id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until,
        idempotency_key, created_at
      )
      SELECT
        r.id, r.user_id, wanted_item, r.quantity, offer.price_minor, offer.currency, 'reserved', reserved_until,
        r.key, decided_at
      FROM unnest(order_ids, user_ids, quantities, keys, fates) AS r (id, user_id, quantity, key, fate)
      WHERE r.fate = 'G'
      ORDER BY r.user_id, r.key COLLATE "C"
      ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
      RETURNING quantity
    )
    SELECT count(*), coalesce(sum(quantity), 0) INTO granted, granted_units FROM inserted;

    -- The others' keys were committed for another item while this batch was deciding: it holds the lock on
    -- this one.
    IF granted < cardinality(array_positions(fates, 'G')) THEN
      SELECT array_agg(
        CASE WHEN r.fate = 'G' AND NOT EXISTS (SELECT FROM orders o WHERE o.id = r.id) THEN 'K' ELSE r.fate END
        ORDER BY r.ordinal
      )
      INTO fates
      FROM unnest(order_ids, fates) WITH ORDINALITY AS r (id, fate, ordinal);
    END IF;

    IF granted_units > 0 THEN
      UPDATE event_items AS i SET stock_remaining = i.stock_remaining - granted_units
      WHERE i.id = wanted_item AND i.stock_remaining >= granted_units
      RETURNING i.stock_remaining INTO stock_remaining;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'event item % would be oversold', wanted_item;
      END IF;
      IF stock_remaining = 0 THEN
        PERFORM settle_event_stock(offer.event_id);
      END IF;
    END IF;
  END IF;

  -- A replay of a key is answered with the order as it stands now, whatever became of it. A request that came
  -- after another with its key in this very batch may still differ from it.
  IF 'R' = ANY (fates) THEN
    SELECT
      array_agg(CASE WHEN r.fate <> 'R' OR p.id IS NOT NULL THEN r.fate ELSE 'K' END ORDER BY r.ordinal),
      jsonb_object_agg(
        r.ordinal,
        jsonb_build_object(
          'id', p.id, 'quantity', p.quantity, 'unitPriceMinor', p.unit_price_minor, 'currency', p.currency,
          'status', p.status, 'reservedUntil', p.reserved_until, 'createdAt', p.created_at,
          'confirmedAt', p.confirmed_at
        )
      ) FILTER (WHERE p.id IS NOT NULL)
    INTO fates, replays
    FROM unnest(user_ids, quantities, keys, fates) WITH ORDINALITY AS r (user_id, quantity, key, fate, ordinal)
    LEFT JOIN orders p
      ON r.fate = 'R' AND p.user_id = r.user_id AND p.idempotency_key = r.key
        AND p.idempotency_key IS NOT NULL AND p.event_item_id = wanted_item AND p.quantity = r.quantity;
  END IF;

  event_id := offer.event_id;
  item_name := offer.name;
  unit_price_minor := offer.price_minor;
  currency := offer.currency;
  per_user_limit := offer.per_user_limit;
  phase := offer.phase;
  starts_at := offer.starts_at;
  outcomes := array_to_string(fates, '');
  RETURN NEXT;
END;
$$;
`;

/**
 * Gives units back to their event items, in the transaction that released the orders, and makes sold-out
 * drops live again. Lock order: orders (the caller's), then items, then events, each sorted.
 */
export const RETURN_STOCK = `
CREATE FUNCTION return_stock(item_ids uuid[], quantities integer[])
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
`;
