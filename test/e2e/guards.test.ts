import { randomUUID } from 'node:crypto';
import { registeredRoutes, type Route } from '../support/routes.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** Who may come in without a token: this list and nothing else. Each line is a decision. */
const PUBLIC_ROUTES = [
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'GET /api/v1/events',
  'GET /api/v1/events/:id',
  'GET /api/v1/reviews/items/:id',
  'GET /api/v1/reviews/items/:id/summary',
  'GET /api/v1/reviews/comments/:id/replies',
  'GET /api/v1/reviews/events/:id/comments',
  'GET /api/v1/status',
  'GET /api/v1/time',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
];

/** The API's routes, and whatever writes anywhere; pages that are only read are the shop's and the reference's. */
function isOurs({ method, path }: Route): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  return method !== 'OPTIONS' && (!reads || /^\/(api|health|metrics)/.test(path));
}

/** The name of a parameter is no part of an address, and reading the head of a page is reading it. */
const named = ({ method, path }: Route) =>
  `${method.replace('HEAD', 'GET')} ${path.replaceAll(/:[^/]+/g, ':id')}`;
const concrete = ({ path }: Route) => path.replaceAll(/:[^/]+/g, () => randomUUID());

/**
 * Goal: no route is open by oversight. Method: walk the running router, so that routes that do not exist
 * yet are held too, and knock at each without a token and with a shopper's.
 */
describe('every registered route', () => {
  let server: TestApp;
  let routes: Route[];
  let shopperToken: string;

  const knock = ({ method, path }: Route, token?: string) =>
    fetch(server.url + concrete({ method, path }), {
      method,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });

  beforeAll(async () => {
    server = await startTestApp();
    routes = registeredRoutes(server.app).filter(isOurs);
    const { body } = await server.http
      .post('/api/v1/auth/register')
      .send({ email: 'shopper@example.org', password: 'a long enough pass', displayName: 'Shopper' })
      .expect(201);
    shopperToken = body.accessToken;
  });
  afterAll(() => server.close());

  it('is in the list that this test walks', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.map(named)).toContain('POST /api/v1/purchase/:id');
  });

  it('is public only where this test says so', async () => {
    const open: string[] = [];
    for (const route of routes) {
      const { status } = await knock(route);
      if (status !== 401) open.push(named(route));
    }
    // Refresh needs no access token, and still answers 401: its cookie is missing.
    const expected = PUBLIC_ROUTES.filter((route) => !route.endsWith('/auth/refresh'));
    expect([...new Set(open)].sort()).toEqual(expected.sort());
  });

  it('answers 401 as a problem document, to a forged token too', async () => {
    for (const route of routes.filter((each) => !PUBLIC_ROUTES.includes(named(each)))) {
      const response = await knock(route, 'not.a.token');
      expect([named(route), response.status]).toEqual([named(route), 401]);
      if (route.method !== 'HEAD')
        expect(await response.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });

  it('under /admin refuses a shopper', async () => {
    const admins = routes.filter(({ path }) => path.startsWith('/api/v1/admin'));
    expect(admins.length).toBeGreaterThan(10);
    for (const route of admins) {
      const response = await knock(route, shopperToken);
      expect([named(route), response.status]).toEqual([named(route), 403]);
    }
  });
});
