import { createDrop } from '../support/drops.js';
import { editDrop } from '../support/edit-drop.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { heading, isSameDocument, markDocument, type Visitors } from './support/visitors.js';

/** What happens elsewhere reaches the pages that are open, also those that were away while it happened. */
describe('news that an open page could miss', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  describe('an edit of an announced drop', () => {
    const announce = () =>
      createDrop(shop.database.pool, { status: 'locked', startsIn: 3_600, endsIn: 7_200 });

    it('reaches the page of the drop', async () => {
      const { eventId } = await announce();
      const page = await visitors.arrive();
      await page.goto(`/events/${eventId}`);
      await page.getByText('$129').first().waitFor();
      await markDocument(page);

      await editDrop(shop, await createAdmin(shop), eventId, { title: 'Renamed', priceMinor: 14_900 });
      await heading(page, 'Renamed').waitFor();
      await page.getByText('$149').first().waitFor();
      expect(await page.getByText('$129').count()).toBe(0);
      expect(await isSameDocument(page)).toBe(true);
    });

    it('reaches a page that was offline meanwhile', async () => {
      const { eventId } = await announce();
      const page = await visitors.arrive();
      await page.goto(`/events/${eventId}`);
      await page.getByText('$129').first().waitFor();
      await page.context().setOffline(true);
      await editDrop(shop, await createAdmin(shop), eventId, { title: 'Renamed' });
      await page.context().setOffline(false);
      await heading(page, 'Renamed').waitFor();
    });
  });
});
