import { startTestApp, type TestApp } from '../../support/test-app.js';
import { withBuiltShop } from './built-shop.js';
import { Visitors } from './visitors.js';

/**
 * The shop as `npm run build` left it and people to visit it, for the tests of one `describe`. `prepare` runs
 * once, before the first of them; each test's visits are ended, and their faults told, after it.
 */
export function openShop(prepare: (shop: TestApp, visitors: Visitors) => void | Promise<void>): void {
  let shop: TestApp | undefined;
  let visitors: Visitors | undefined;

  beforeAll(async () => {
    shop = await startTestApp(withBuiltShop());
    visitors = await Visitors.of(shop.url);
    await prepare(shop, visitors);
  }, 60_000);
  afterEach(() => visitors?.leave());
  afterAll(async () => {
    await visitors?.close();
    await shop?.close();
  });
}
