import { newId } from '../../src/platform/values/index.js';
import { ReviewStoreHealth } from '../../src/reviews/index.js';
import { createDrop, type TestDrop } from '../support/drops.js';
import { eventually } from '../support/wait.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { describeOnMongo, dropMongoDatabase, mongoSettings } from '../support/test-mongo.js';
import { bulkUsers, type TestUser } from '../support/users.js';

/**
 * Goal: without MongoDB the shop sells, and reviews say so within a second.
 * Method: a proxy between the application and MongoDB is cut (connections refused), silenced (connections
 * accepted, nothing answered) and mended, while requests are timed.
 */

const PROMISED_MS = 1_000;

/** What a test needs of a running shop. */
class Shop {
  private constructor(
    readonly server: TestApp,
    readonly user: TestUser,
    readonly drop: TestDrop,
    private readonly catalogId: string,
    readonly health: ReviewStoreHealth,
  ) {}

  static async open(mongoUri: string, settings: Record<string, string> = {}): Promise<Shop> {
    const server = await startTestApp({ ...settings, MONGO_URI: mongoUri });
    const [user] = (await bulkUsers(server, 1)) as [TestUser];
    const drop = await createDrop(server.database.pool, { stocks: [100], perUserLimit: 100 });
    const { body } = await server.http.get(`/api/v1/events/${drop.eventId}`).expect(200);
    return new Shop(server, user, drop, body.items[0].itemId, server.app.get(ReviewStoreHealth));
  }

  listComments() {
    return this.server.http.get(`/api/v1/reviews/events/${this.drop.eventId}/comments`);
  }

  comment() {
    return this.server.http
      .post(`/api/v1/reviews/events/${this.drop.eventId}/comments`)
      .auth(this.user.token, { type: 'bearer' })
      .send({ text: 'Still there?' });
  }

  /** What one reads about oneself and the item of the drop. */
  ofItem(what: 'mine' | 'eligibility') {
    return this.server.http
      .get(`/api/v1/reviews/items/${this.catalogId}/${what}`)
      .auth(this.user.token, { type: 'bearer' });
  }

  async expectReviewsUnavailable(): Promise<void> {
    const requests = [
      () => this.listComments(),
      () => this.comment(),
      () => this.ofItem('mine'),
      () => this.server.http.delete(`/api/v1/reviews/${newId()}`).auth(this.user.token, { type: 'bearer' }),
    ];
    for (const request of requests) {
      const started = performance.now();
      const { status, body, headers } = await request();
      const took = performance.now() - started;
      expect([status, body.code]).toEqual([503, 'REVIEWS_UNAVAILABLE']);
      expect(headers['retry-after']).toBe('1');
      expect(took).toBeLessThan(PROMISED_MS);
    }
  }

  async expectSales(): Promise<void> {
    const { body } = await this.server.http
      .post(`/api/v1/purchase/${this.drop.itemId}`)
      .auth(this.user.token, { type: 'bearer' })
      .expect(201);
    await this.server.http
      .post(`/api/v1/purchase/${body.order.id}/confirm`)
      .auth(this.user.token, { type: 'bearer' })
      .expect(200);
    await this.server.http.get(`/api/v1/events/${this.drop.eventId}`).expect(200);
    // Who may review is asked of the orders, not of MongoDB.
    expect((await this.ofItem('eligibility').expect(200)).body).toEqual({ verifiedBuyer: true });
  }
}

describe.each(['refuses', 'is silent'])('MongoDB %s at boot', (how) => {
  let proxy: TcpProxy;
  let shop: Shop;

  beforeAll(async () => {
    proxy = await TcpProxy.to('127.0.0.1', 9);
    if (how === 'refuses') await proxy.cut();
    else proxy.silence();
    shop = await Shop.open(`mongodb://127.0.0.1:${proxy.port}/`);
  });
  afterAll(async () => {
    await shop.server.close();
    await proxy.close();
  });

  it('sells, and refuses reviews within a second', async () => {
    await shop.expectReviewsUnavailable();
    await shop.expectSales();
    expect(shop.health).toMatchObject({ kind: 'mongodb' });
    expect(shop.health.status()).toBe('down');
  });
});

describeOnMongo('MongoDB', () => {
  const { MONGO_URI, MONGO_DB_NAME } = mongoSettings();
  let proxy: TcpProxy;
  let shop: Shop;

  beforeAll(async () => {
    const { hostname, port } = new URL(MONGO_URI);
    proxy = await TcpProxy.to(hostname, Number(port));
    await proxy.cut();
    shop = await Shop.open(`mongodb://127.0.0.1:${proxy.port}/`, { MONGO_DB_NAME });
  });
  afterAll(async () => {
    await shop.server.close();
    await proxy.close();
    await dropMongoDatabase(MONGO_DB_NAME);
  });

  const expectReviewsBack = () =>
    eventually(async () => {
      await shop.comment().expect(201);
      await shop.listComments().expect(200);
      expect(shop.health.status()).toBe('up');
    });

  it('may come after the shop, be lost, fall silent, and come back; nobody need do anything', async () => {
    await shop.expectReviewsUnavailable();
    await proxy.mend();
    await expectReviewsBack();

    await proxy.cut();
    await shop.expectReviewsUnavailable();
    await shop.expectSales();
    await eventually(() => expect(shop.health.status()).toBe('down'));
    await shop.expectReviewsUnavailable();
    await proxy.mend();
    await expectReviewsBack();

    proxy.silence();
    await shop.expectReviewsUnavailable();
    await shop.expectSales();
    await eventually(() => expect(shop.health.status()).toBe('down'));
    await proxy.mend();
    await expectReviewsBack();
  });
});
