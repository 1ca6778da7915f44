import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser } from '../support/users.js';
import { seriousFaults } from './support/axe.js';
import { openShop } from './support/opened-shop.js';
import type { Visitors } from './support/visitors.js';

/** What admins see beside a discussion and nobody else does. */
describe('moderation', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  it('removes one comment, or all of one author, from the page of the drop', async () => {
    const { eventId } = await createDrop(shop.database.pool);
    const [spammer, other] = [await registerUser(shop, 'Mallory'), await registerUser(shop, 'Bob')];
    const say = (user: typeof other, text: string) =>
      shop.http
        .post(`/api/v1/reviews/events/${eventId}/comments`)
        .auth(user.token, { type: 'bearer' })
        .send({ text })
        .expect(201);
    for (const text of ['Buy gold one', 'Buy gold two', 'Buy gold three']) await say(spammer, text);
    await say(other, 'Is it heavy?');

    const page = await visitors.arriveAs(await createAdmin(shop), { viewport: { width: 390, height: 664 } });
    await page.goto(`/events/${eventId}`);
    const comment = (text: string) => page.getByRole('listitem').filter({ hasText: text });
    await comment('Buy gold two').getByRole('button', { name: 'Remove what Mallory wrote' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove comments' });
    await dialog.waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('One comment removed', { exact: true }).waitFor();
    await comment('Buy gold two').waitFor({ state: 'detached' });
    await comment('Buy gold').nth(1).waitFor();
    expect(await comment('Buy gold').count()).toBe(2);

    await comment('Buy gold one').getByRole('button', { name: 'Remove what Mallory wrote' }).click();
    await dialog.getByRole('radio', { name: 'Everything Mallory wrote about this drop' }).check();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('2 comments removed', { exact: true }).waitFor();
    await comment('Buy gold').first().waitFor({ state: 'detached' });
    expect(await comment('Is it heavy?').count()).toBe(1);

    const shopper = await visitors.arriveAs(other);
    await shopper.goto(`/events/${eventId}`);
    await shopper.getByRole('button', { name: 'Reply to Bob' }).waitFor();
    expect(await shopper.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
  });
});
