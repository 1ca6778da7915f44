import { BrowserShop, open } from '../support/browser-shop.js';
import { createDrop } from '../support/drops.js';
import { freePort, startServerProcess } from '../support/server-process.js';
import { createTestDatabase } from '../support/test-database.js';

describe('a server that is restarted under an open page', () => {
  it('is waited for, and the page catches up without a reload', async () => {
    const database = await createTestDatabase();
    const PORT = String(await freePort());
    let server = await startServerProcess(database.url, { PORT });
    const shop = await BrowserShop.at(server.url);
    try {
      const drop = await createDrop(database.pool, { stocks: [9] });
      const page = await open(await shop.visitor(), `/events/${drop.eventId}`);
      await page.getByText('9 of 9 left').waitFor();
      await server.stop();
      await page.getByText('Live connection lost').waitFor();
      await database.pool.query('UPDATE event_items SET stock_remaining = 4 WHERE id = $1', [drop.itemId]);
      server = await startServerProcess(database.url, { PORT });
      await page.getByText('4 of 9 left').waitFor({ timeout: 30_000 });
      await page.getByText('Live connection lost').waitFor({ state: 'detached', timeout: 30_000 });
      expect(shop.complaints).toEqual([]);
    } finally {
      await shop.close();
      await server.stop();
      await database.drop();
    }
  });
});
