-- A batch of claims for one or more event items: one round trip, one transaction, one flush to disk.
--
-- The arrays hold the requests, those of one item in the order of their arrival; `item_ordinals` says which of
-- `wanted_items` each is for. The answer is a row per item (its `event_id` is NULL if there is no such item)
-- with a letter per request of that item in `outcomes`, as if the requests had come one after the other:
--
--   G granted: the order exists        R replayed: the key's first order is in `replays`
--   S sold out                         L the shopper's limit is reached
--   N the event is not live            K the key was used for something else
--   U no such active user              X no such event item
--   P the price is not the one seen    H the shopper let go of this item too often; `waits` says until when
--
-- `replays` and `waits` are in the first row, by the request's ordinal in the arrays.
--
-- `seen_amounts` and `seen_currencies` are the prices that the shoppers saw, NULL where a request names none. A replay
-- is answered with the first order, whatever price it names.
--
-- `hold_limit` is how many reservations of an item a shopper may have given back or let expire within
-- `hold_window_seconds` and still get another; NULL sets no limit. Otherwise one account could keep the last unit for ever.
--
-- A request for more than is left is refused, and a later, smaller one may still get its units. When nothing is
-- left, everyone is told that, those at their limit too.
--
-- Lock order: event items by id, then new orders by (user, key), then events by id. Batches that carry the same
-- keys for different items wait for each other in one direction only, since all insert in the same order.
--
-- The planner is told to walk indexes: the plan is made once per connection, often while `orders` is empty, and
-- must still be right when the drop has filled it.
CREATE OR REPLACE FUNCTION claim_orders(
  wanted_items uuid[], item_ordinals integer[], order_ids uuid[], user_ids uuid[], quantities integer[],
  keys text[], seen_amounts bigint[] DEFAULT NULL, seen_currencies text[] DEFAULT NULL,
  hold_limit integer DEFAULT NULL, hold_window_seconds integer DEFAULT NULL
) RETURNS TABLE (
  item_ordinal integer, event_id uuid, item_name text, unit_price_minor bigint, currency text,
  per_user_limit integer, phase text, starts_at timestamptz, decided_at timestamptz, reserved_until timestamptz,
  stock_remaining integer, outcomes text, replays jsonb, waits jsonb
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
  -- Per item, in the order of wanted_items.
  event_ids uuid[];
  names text[];
  prices bigint[];
  currencies text[];
  limits integer[];
  phases text[];
  starts timestamptz[];
  ends_of_hold timestamptz[];
  stocks integer[];
  on_sale boolean[];
  units_left integer[];
  -- Per request: its fate, units the user already holds of the item, and the first request of the batch by the
  -- same user for the item and with the same key; these are where the loop below keeps its sums.
  fates text[];
  held integer[];
  first_of_user integer[];
  first_of_key integer[];
  key_taken boolean[];
  user_repeats boolean;
  released_since timestamptz;
  item integer;
  granted bigint;
  taken_items uuid[];
  taken_units integer[];
  changed record;
  changes integer := 0;
  emptied uuid[] := '{}';
  drop_event uuid;
BEGIN
  -- First a look without a lock: when nothing can be sold, which is most of a drop's traffic, nobody waits and
  -- nothing is written, so the commit needs no flush. Otherwise lock, then look again: each statement
  -- sees what was committed before it began.
  LOOP
    decided_at := clock_timestamp();
    SELECT
      array_agg(event_id), array_agg(name), array_agg(price_minor), array_agg(currency),
      array_agg(per_user_limit), array_agg(phase), array_agg(starts_at),
      array_agg(decided_at + make_interval(secs => reservation_ttl_seconds)), array_agg(stock_remaining),
      array_agg(coalesce(phase IN ('live', 'sold_out'), false))
    INTO event_ids, names, prices, currencies, limits, phases, starts, ends_of_hold, stocks, on_sale
    FROM (
      SELECT
        i.event_id, c.name, i.price_minor, i.currency, i.per_user_limit, i.stock_remaining, e.starts_at,
        e.reservation_ttl_seconds, event_phase(e.status, e.starts_at, e.ends_at, decided_at) AS phase
      FROM unnest(wanted_items) WITH ORDINALITY AS w (id, ordinal)
      LEFT JOIN event_items i ON i.id = w.id
      LEFT JOIN events e ON e.id = i.event_id
      LEFT JOIN item_catalog c ON c.id = i.item_id
      ORDER BY w.ordinal
    ) AS looked;
    EXIT WHEN locked OR NOT EXISTS (
      SELECT FROM unnest(stocks, on_sale) AS looked (stock, open) WHERE looked.open AND looked.stock > 0
    );
    PERFORM FROM event_items WHERE id = ANY (wanted_items) ORDER BY id FOR NO KEY UPDATE;
    locked := true;
  END LOOP;
  released_since := decided_at - make_interval(secs => hold_window_seconds);

  -- What each request would get if it were alone.
  SELECT
    array_agg(fate ORDER BY ordinal), array_agg(standing ORDER BY ordinal),
    array_agg(user_first ORDER BY ordinal), array_agg(key_first ORDER BY ordinal), bool_or(user_first < ordinal)
  INTO fates, held, first_of_user, first_of_key, user_repeats
  FROM (
    SELECT
      r.ordinal, s.standing,
      (min(r.ordinal) OVER (PARTITION BY r.user_id, r.item))::integer AS user_first,
      CASE WHEN r.key IS NOT NULL THEN (min(r.ordinal) OVER (PARTITION BY r.user_id, r.key))::integer END
        AS key_first,
      CASE
        WHEN event_ids[r.item] IS NULL THEN 'X'
        WHEN u.id IS NULL THEN 'U'
        WHEN p.id IS NOT NULL
          THEN CASE WHEN p.event_item_id = wanted_items[r.item] AND p.quantity = r.quantity THEN 'R' ELSE 'K' END
        WHEN NOT on_sale[r.item] THEN 'N'
        WHEN stocks[r.item] = 0 THEN 'S'
        WHEN r.seen_amount <> prices[r.item] OR r.seen_currency <> currencies[r.item] THEN 'P'
        WHEN s.standing + r.quantity > limits[r.item] THEN 'L'
        WHEN s.let_go >= hold_limit THEN 'H'
        WHEN r.quantity > stocks[r.item] THEN 'S'
        ELSE 'G'
      END AS fate
    FROM unnest(item_ordinals, user_ids, quantities, keys, seen_amounts, seen_currencies)
      WITH ORDINALITY AS r (item, user_id, quantity, key, seen_amount, seen_currency, ordinal)
    LEFT JOIN users u ON u.id = r.user_id AND u.active
    LEFT JOIN orders p
      ON p.user_id = r.user_id AND p.idempotency_key = r.key AND p.idempotency_key IS NOT NULL
    CROSS JOIN LATERAL (
      SELECT
        coalesce(sum(o.quantity) FILTER (WHERE o.status IN ('reserved', 'confirmed')), 0)::integer AS standing,
        count(*) FILTER (WHERE o.release_reason IN ('shopper', 'expiry') AND o.released_at > released_since) AS let_go
      FROM orders o WHERE o.event_item_id = wanted_items[r.item] AND o.user_id = r.user_id
    ) s
  ) AS alone;

  -- Only where requests of this batch come in each other's way are they decided one by one.
  IF user_repeats OR EXISTS (
    SELECT FROM unnest(item_ordinals, quantities, fates) AS r (item, quantity, fate) WHERE r.fate = 'G'
    GROUP BY r.item HAVING sum(r.quantity) >= stocks[r.item]
  ) THEN
    units_left := stocks;
    key_taken := array_fill(false, ARRAY[cardinality(fates)]);
    FOR i IN 1 .. cardinality(fates) LOOP
      CONTINUE WHEN fates[i] NOT IN ('G', 'L', 'S', 'P', 'H');
      item := item_ordinals[i];
      IF key_taken[first_of_key[i]] THEN
        fates[i] := 'R';
      ELSIF units_left[item] = 0 THEN
        fates[i] := 'S';
      ELSIF fates[i] IN ('P', 'H') THEN
        NULL;
      ELSIF held[first_of_user[i]] + quantities[i] > limits[item] THEN
        fates[i] := 'L';
      ELSIF quantities[i] > units_left[item] THEN
        fates[i] := 'S';
      ELSE
        fates[i] := 'G';
        units_left[item] := units_left[item] - quantities[i];
        held[first_of_user[i]] := held[first_of_user[i]] + quantities[i];
        IF keys[i] IS NOT NULL THEN
          key_taken[first_of_key[i]] := true;
        END IF;
      END IF;
    END LOOP;
  END IF;

  IF 'G' = ANY (fates) THEN
    WITH inserted AS (
      INSERT INTO orders (
        id, user_id, event_item_id, quantity, unit_price_minor, currency, status, reserved_until,
        idempotency_key, created_at
      )
      SELECT
        r.id, r.user_id, wanted_items[r.item], r.quantity, prices[r.item], currencies[r.item], 'reserved',
        ends_of_hold[r.item], r.key, decided_at
      FROM unnest(order_ids, user_ids, item_ordinals, quantities, keys, fates)
        AS r (id, user_id, item, quantity, key, fate)
      WHERE r.fate = 'G'
      ORDER BY r.user_id, r.key COLLATE "C"
      ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
      RETURNING event_item_id, quantity
    )
    SELECT array_agg(event_item_id), array_agg(units), sum(orders)
    INTO taken_items, taken_units, granted
    FROM (
      SELECT event_item_id, sum(quantity)::integer AS units, count(*) AS orders FROM inserted GROUP BY event_item_id
    ) AS taken;

    -- The others' keys were committed for another item while this batch was deciding, since it holds the lock on
    -- this one, or were used for another item of this batch.
    IF granted IS DISTINCT FROM cardinality(array_positions(fates, 'G')) THEN
      SELECT array_agg(
        CASE WHEN r.fate = 'G' AND NOT EXISTS (SELECT FROM orders o WHERE o.id = r.id) THEN 'K' ELSE r.fate END
        ORDER BY r.ordinal
      )
      INTO fates
      FROM unnest(order_ids, fates) WITH ORDINALITY AS r (id, fate, ordinal);
    END IF;

    FOR changed IN
      UPDATE event_items AS i SET stock_remaining = i.stock_remaining - t.units
      FROM unnest(taken_items, taken_units) AS t (id, units)
      WHERE i.id = t.id AND i.stock_remaining >= t.units
      RETURNING i.id, i.event_id, i.stock_remaining
    LOOP
      changes := changes + 1;
      stocks[array_position(wanted_items, changed.id)] := changed.stock_remaining;
      IF changed.stock_remaining = 0 THEN
        emptied := emptied || changed.event_id;
      END IF;
    END LOOP;
    IF changes < cardinality(taken_items) THEN
      RAISE EXCEPTION 'one of the event items % would be oversold', taken_items;
    END IF;
    FOR drop_event IN SELECT DISTINCT e FROM unnest(emptied) AS e ORDER BY e LOOP
      PERFORM settle_event_stock(drop_event);
    END LOOP;
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
          'confirmedAt', p.confirmed_at, 'releaseReason', p.release_reason
        )
      ) FILTER (WHERE p.id IS NOT NULL)
    INTO fates, replays
    FROM unnest(item_ordinals, user_ids, quantities, keys, fates)
      WITH ORDINALITY AS r (item, user_id, quantity, key, fate, ordinal)
    LEFT JOIN orders p
      ON r.fate = 'R' AND p.user_id = r.user_id AND p.idempotency_key = r.key
        AND p.idempotency_key IS NOT NULL AND p.event_item_id = wanted_items[r.item] AND p.quantity = r.quantity;
  END IF;

  -- The next one is granted when the oldest of the last `hold_limit` is out of the window.
  IF 'H' = ANY (fates) THEN
    SELECT jsonb_object_agg(r.ordinal, (
      SELECT o.released_at + make_interval(secs => hold_window_seconds) FROM orders o
      WHERE o.event_item_id = wanted_items[r.item] AND o.user_id = r.user_id
        AND o.release_reason IN ('shopper', 'expiry')
      ORDER BY o.released_at DESC OFFSET hold_limit - 1 LIMIT 1
    ))
    INTO waits
    FROM unnest(item_ordinals, user_ids, fates) WITH ORDINALITY AS r (item, user_id, fate, ordinal)
    WHERE r.fate = 'H';
  END IF;

  RETURN QUERY
  SELECT
    t.item, event_ids[t.item], names[t.item], prices[t.item], currencies[t.item], limits[t.item], phases[t.item],
    starts[t.item], decided_at, ends_of_hold[t.item], stocks[t.item], t.letters,
    CASE WHEN t.item = 1 THEN replays END, CASE WHEN t.item = 1 THEN waits END
  FROM (
    SELECT r.item, string_agg(r.fate, '' ORDER BY r.ordinal) AS letters
    FROM unnest(item_ordinals, fates) WITH ORDINALITY AS r (item, fate, ordinal) GROUP BY r.item
  ) AS t
  ORDER BY t.item;
END;
$$;
