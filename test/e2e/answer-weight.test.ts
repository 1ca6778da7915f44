import { newId } from '../../src/platform/values/index.js';
import { createDrop } from '../support/drops.js';
import { registeredRoutes } from '../support/routes.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { bulkUsers, createAdmin, type TestUser } from '../support/users.js';
import { until } from '../support/wait.js';

/**
 * Goal: no list answers with more than half a megabyte, whatever is in it: a heavy answer holds the thread of all
 * others. Method: fill every list with the longest that its rules let in, and read each list with the largest limit.
 */
const MAX_BYTES = 512 * 1024;

/** Three bytes a character. */
const long = (length: number) => '字'.repeat(length);
interface Listed {
  data: { id: string; description: string }[];
  nextCursor: string | null;
}

const IMAGE = `/${'i'.repeat(1_900)}`;

describe('the weight of lists', () => {
  let server: TestApp;
  let admin: TestUser;
  let eventId: string;
  let itemId: string;
  let threadId: string;

  const read = (path: string) =>
    server.http.get(`/api/v1${path}`).auth(admin.token, { type: 'bearer' }).buffer(true);

  beforeAll(async () => {
    server = await startTestApp();
    admin = await createAdmin(server);
    const { pool } = server.database;
    await pool.query(
      `INSERT INTO item_catalog (id, name, description, category, image_url)
       SELECT gen_random_uuid(), $1, $2, $3, $4 FROM generate_series(1, 120)`,
      [long(200), long(5_000), long(100), IMAGE],
    );
    for (let drop = 0; drop < 12; drop++) ({ eventId } = await createDrop(pool, { stocks: [] }));
    await pool.query('UPDATE events SET title = $1, description = $2', [long(200), long(5_000)]);
    await pool.query(
      `INSERT INTO event_items
         (id, event_id, item_id, position, price_minor, currency, stock_total, stock_remaining, per_user_limit)
       SELECT gen_random_uuid(), e.id, c.id, c.place, 100, 'USD', 10, 10, 1
       FROM events e, (SELECT id, row_number() OVER () AS place FROM item_catalog LIMIT 50) c`,
    );
    itemId = (await pool.query('SELECT id FROM item_catalog LIMIT 1')).rows[0].id;
    const users = await bulkUsers(server, 120);
    await pool.query('UPDATE users SET display_name = $1', [long(60)]);
    await pool.query(
      `INSERT INTO reviews (id, item_id, user_id, rating, text, created_at, updated_at)
       SELECT gen_random_uuid(), $1, id, 5, $2, now(), now() FROM users WHERE id = ANY ($3)`,
      [itemId, long(2_000), users.map(({ id }) => id)],
    );
    for (let thread = 0; thread < 3; thread++) {
      threadId = newId();
      await pool.query(
        `INSERT INTO comments (id, event_id, root_id, parent_id, depth, author_id, text, reply_count, created_at)
         SELECT CASE n WHEN 0 THEN $1::uuid ELSE overlay($1::uuid::text placing lpad(n::text, 12, '0') from 25)::uuid END, $2::uuid, $1::uuid,
           CASE n WHEN 0 THEN NULL ELSE $1::uuid END, least(n, 1), $3::uuid, $4::text, CASE n WHEN 0 THEN 200 ELSE 0 END, now()
         FROM generate_series(0, 200) AS n`,
        [threadId, eventId, admin.id, long(2_000)],
      );
    }
    await pool.query(
      `INSERT INTO audit_log (id, actor_id, action, target_type, target_id, details)
       SELECT gen_random_uuid(), $1, 'event.created', 'event', $2, $3 FROM generate_series(1, 120)`,
      [
        admin.id,
        eventId,
        JSON.stringify({
          title: long(200),
          items: Array(50).fill({ itemId, price: { amount: 1, currency: 'USD' } }),
        }),
      ],
    );
    await pool.query(
      `INSERT INTO orders (id, user_id, event_item_id, quantity, unit_price_minor, currency, reserved_until, created_at)
       SELECT gen_random_uuid(), $1, id, 1, 100, 'USD', now() + interval '1 hour', now() FROM event_items LIMIT 120`,
      [admin.id],
    );
    // The queues are made in the background, and a job needs its queue.
    await until(async () => {
      const { rowCount } = await pool.query(
        `INSERT INTO jobs.job (name, data, source_name, source_created_on, source_retry_count, source_output)
         SELECT name, $1::jsonb, 'DropClosed.release-reservations', now(), 14, $2::jsonb
         FROM jobs.queue, generate_series(1, 120) WHERE name = 'set-aside'`,
        [
          JSON.stringify({ id: newId(), payload: { text: long(5_000) } }),
          JSON.stringify({ message: long(50_000) }),
        ],
      );
      return rowCount === 120;
    }, 10_000);
  }, 60_000);
  afterAll(() => server.close());

  const lists = (): Record<string, string> => ({
    '/api/v1/events': '/events?limit=100',
    '/api/v1/profile/orders': '/profile/orders?limit=100',
    '/api/v1/auth/sessions': '/auth/sessions',
    '/api/v1/reviews/items/:itemId': `/reviews/items/${itemId}?limit=100`,
    '/api/v1/reviews/events/:eventId/comments': `/reviews/events/${eventId}/comments?limit=20`,
    '/api/v1/reviews/comments/:commentId/replies': `/reviews/comments/${threadId}/replies?limit=100`,
    '/api/v1/admin/events/:id/orders': `/admin/events/${eventId}/orders`,
    '/api/v1/admin/events/dashboard': '/admin/events/dashboard?limit=100',
    '/api/v1/admin/events/dashboard/pace': '/admin/events/dashboard/pace',
    '/api/v1/admin/items': '/admin/items?limit=100',
    '/api/v1/admin/users': '/admin/users?limit=100',
    '/api/v1/admin/audit': '/admin/audit?limit=100',
    '/api/v1/admin/jobs/set-aside': '/admin/jobs/set-aside?limit=100',
  });

  it('is bounded, in every list that there is', async () => {
    const weights: Record<string, number> = {};
    for (const [route, path] of Object.entries(lists())) {
      const { text, body } = await read(path).expect(200);
      weights[route] = Buffer.byteLength(text);
      expect([route, body.data.length]).toEqual([route, expect.any(Number)]);
      if (weights[route] > 200_000) expect([route, body.nextCursor]).toEqual([route, expect.any(String)]);
    }
    for (const [route, bytes] of Object.entries(weights))
      expect([route, bytes > MAX_BYTES ? bytes : 'bounded']).toEqual([route, 'bounded']);
  });

  it('is looked at for every route that lists', async () => {
    const { paths } = (await server.http.get('/openapi.json').expect(200)).body;
    const listing = Object.entries<{ get?: { responses: Record<string, { content?: object }> } }>(paths)
      .filter(([, { get }]) => /Page|Pace/.test(JSON.stringify(get?.responses['200']?.content ?? '')))
      .map(([path]) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    expect(listing.sort()).toEqual(Object.keys(lists()).sort());
    expect(registeredRoutes(server.app).map(({ path }) => path)).toEqual(expect.arrayContaining(listing));
  });

  it('gives all rows over shorter pages, and full descriptions on the page of the drop', async () => {
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const { body }: { body: Listed } = await read(
        `/admin/items?limit=100${cursor ? `&cursor=${cursor}` : ''}`,
      ).expect(200);
      for (const { id, description } of body.data) {
        expect(description).toHaveLength(5_000);
        seen.add(id);
      }
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen.size).toBe(120);

    const listed = (await read('/events?limit=1').expect(200)).body.data[0];
    expect(listed.description).toBe(`${long(279)}…`);
    expect(listed.items[0].description).toBe(`${long(279)}…`);
    const whole = (await read(`/events/${listed.id}`).expect(200)).body;
    expect(whole.description).toHaveLength(5_000);
    expect(whole.items[0].description).toHaveLength(5_000);
  });
});
