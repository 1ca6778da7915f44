import { BrowserShop, open } from '../support/browser-shop.js';
import { createDrop, stockOf } from '../support/drops.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerUser } from '../support/users.js';

/** The shopper's side in a real browser, against the real server on a real PostgreSQL. */
describe('shopping', () => {
  let server: TestApp;
  let shop: BrowserShop;

  beforeAll(async () => {
    server = await startTestApp();
    shop = await BrowserShop.at(server.url);
  });
  afterAll(async () => {
    await shop.close();
    await server.close();
    expect(shop.complaints).toEqual([]);
  });

  it('goes from registering over the opening, a purchase and its confirmation to a rating', async () => {
    const drop = await createDrop(server.database.pool, { status: 'locked', startsIn: 12, stocks: [5] });
    const page = await open(await shop.visitor(), `/events/${drop.eventId}`);
    await page.getByRole('link', { name: 'Log in' }).first().click();
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Display name').fill('Ada Lovelace');
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Password').fill('analytical engine');
    await page.getByRole('button', { name: 'Create an account' }).click();

    // Back where one was, waiting for the opening, which comes without a reload.
    await page.waitForURL(`**/events/${drop.eventId}`);
    const waiting = page.getByTestId('buy');
    await waiting.filter({ hasText: 'Opens in' }).waitFor();
    expect(await waiting.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();

    await page.getByRole('heading', { name: 'It is yours to confirm' }).waitFor();
    await page.getByRole('button', { name: /Confirm for \$129/ }).click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
    expect(await stockOf(server.database.pool, drop.itemId)).toBe(4);

    await page.getByRole('link', { name: 'Rate it' }).click();
    await page.getByText('4 stars', { exact: true }).click({ force: true });
    await page.getByLabel('In words (optional)').fill('Computes everything.');
    await page.getByRole('button', { name: 'Save rating' }).click();
    await page.getByText('Your rating is saved.').waitFor();
    await page.getByText('Computes everything.', { exact: true }).first().waitFor();

    await page.goto('/orders');
    await page.getByText('Confirmed', { exact: true }).waitFor();
  });

  it('sells the last unit to one of two who press at once', async () => {
    const drop = await createDrop(server.database.pool, { stocks: [1] });
    const pages = await Promise.all(
      ['Ann', 'Bob'].map(async (name) =>
        open(await shop.as(await registerUser(server, name)), `/events/${drop.eventId}`),
      ),
    );
    const buttons = pages.map((page) => page.getByRole('button', { name: 'Buy', exact: true }));
    await Promise.all(buttons.map((button) => button.waitFor()));
    await Promise.all(buttons.map((button) => button.click({ noWaitAfter: true }).catch(() => undefined)));
    const outcomes = await Promise.all(
      pages.map((page) =>
        Promise.race([
          page.waitForURL('**/confirm/**').then(() => 'yours'),
          page
            .getByRole('button', { name: 'Sold out' })
            .waitFor()
            .then(() => 'sold out'),
        ]),
      ),
    );
    expect(outcomes.sort()).toEqual(['sold out', 'yours']);
    expect(await stockOf(server.database.pool, drop.itemId)).toBe(0);
  });

  it('shows in a second page, without a reload, that the last unit went and came back', async () => {
    const drop = await createDrop(server.database.pool, { stocks: [1] });
    const watcher = await open(await shop.visitor(), `/events/${drop.eventId}`);
    await watcher.getByText('1 of 1 left').waitFor();
    const buyer = await open(await shop.as(await registerUser(server)), `/events/${drop.eventId}`);
    await buyer.getByRole('button', { name: 'Buy', exact: true }).click();
    await watcher.getByRole('button', { name: 'Sold out' }).waitFor();
    await watcher.getByText('1 held and may return').waitFor();
    await buyer.getByRole('button', { name: 'Give it back' }).click();
    await buyer.getByRole('heading', { name: 'Given back' }).waitFor();
    await watcher.getByText('1 of 1 left').waitFor();
  });

  it('finds the order again after the answer was lost and the page was reloaded', async () => {
    const drop = await createDrop(server.database.pool, { stocks: [5], perUserLimit: 5 });
    const page = await open(await shop.as(await registerUser(server)), `/events/${drop.eventId}`);
    let purchases = 0;
    const keys = new Set<string | undefined>();
    // The server sells, but its answers never arrive.
    await page.route('**/api/v1/purchase/*', async (route) => {
      purchases += 1;
      keys.add(route.request().headers()['idempotency-key']);
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.getByText('No answer reached us').waitFor();
    expect(purchases).toBeGreaterThan(1);
    await page.unroute('**/api/v1/purchase/*');
    await page.reload();
    await page.getByRole('heading', { name: 'It is yours to confirm' }).waitFor();
    expect(keys.size).toBe(1);
    expect(await stockOf(server.database.pool, drop.itemId)).toBe(4);
  });

  it('opens at the server’s time although the machine’s clock is an hour ahead', async () => {
    const drop = await createDrop(server.database.pool, { status: 'locked', startsIn: 6, stocks: [5] });
    const context = await shop.as(await registerUser(server));
    await context.addInitScript(`{
      const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...args) { args.length ? super(...args) : super(Real.now() + 3600000); }
        static now() { return Real.now() + 3600000; }
      };
    }`);
    const page = await open(context, `/events/${drop.eventId}`);
    const button = page.getByTestId('buy');
    await button.filter({ hasText: 'Opens in' }).waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.getByRole('heading', { name: 'It is yours to confirm' }).waitFor();
    // The hold's countdown follows the server too: five minutes, not an hour less.
    await page.getByText(/^0[45]:\d\d$/).waitFor();
  });

  it('shows what people wrote as text, whatever it looks like', async () => {
    const drop = await createDrop(server.database.pool, { stocks: [5] });
    const attack = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{7*7}}';
    const user = await registerUser(server, attack.slice(0, 50));
    const page = await open(await shop.as(user), `/events/${drop.eventId}`);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.getByRole('button', { name: /Confirm for/ }).click();
    await page.getByRole('link', { name: 'Rate it' }).click();
    await page.getByText('1 star', { exact: true }).click({ force: true });
    await page.getByLabel('In words (optional)').fill(attack);
    await page.getByRole('button', { name: 'Save rating' }).click();
    await page.getByText('Your rating is saved.').waitFor();
    await page.getByLabel('Ask or say something about this drop').fill(attack);
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByRole('listitem').filter({ hasText: attack }).first().waitFor();
    await page.reload();
    await page.getByRole('listitem').filter({ hasText: attack }).first().waitFor();
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  });
});
