import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { heading, isSameDocument, markDocument, type Visitors } from './support/visitors.js';

describe('administration', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  it('creates a drop and forces it open, and a waiting page opens without a reload', async () => {
    const admin = await visitors.arriveAs(await createAdmin(shop));
    await admin.goto('/admin/items');
    await admin.getByRole('button', { name: 'New item' }).click();
    await admin.getByLabel('Name').fill('Brass kettle');
    await admin.getByLabel('Category').fill('Kitchen');
    await admin.getByLabel('Description').fill(`${'It boils water. '.repeat(50)}It also whistles.`);
    await admin.getByRole('button', { name: 'Add to the catalogue' }).click();
    await admin.getByRole('heading', { name: 'Brass kettle' }).waitFor();
    await admin.getByRole('button', { name: 'Read on' }).click();
    await admin.getByRole('button', { name: 'Show less' }).waitFor();

    await admin.goto('/admin/events/new');
    await admin.getByLabel('Title').fill('Kettles at noon');
    await admin.getByLabel('Item from the catalogue').fill('brass');
    await admin.getByRole('option', { name: /Brass kettle/ }).click();
    await admin.getByLabel('Price').fill('49.5');
    await admin.getByLabel('Stock').fill('3');
    await admin.getByRole('button', { name: 'Create drop' }).click();
    await admin.waitForURL(/\/admin\/events\/[0-9a-f-]{36}$/);
    const eventId = new URL(admin.url()).pathname.split('/').at(-1) as string;

    const waiting = await visitors.arriveAs(await registerUser(shop));
    await waiting.goto(`/events/${eventId}`);
    await waiting.getByTestId('buy').filter({ hasText: 'Opens in' }).waitFor();
    await markDocument(waiting);

    await admin.getByRole('button', { name: 'Open now' }).click();
    const question = admin.getByRole('dialog');
    await question.getByText('Selling starts at once for everybody').last().waitFor();
    await question.getByRole('button', { name: 'Open now' }).click();

    await waiting.getByRole('button', { name: 'Buy', exact: true }).click();
    await waiting.getByRole('button', { name: 'Confirm for $49.50' }).click();
    await waiting.getByRole('heading', { name: 'Confirmed' }).waitFor();
    expect(await isSameDocument(waiting)).toBe(true);

    await admin.goto('/admin');
    const card = admin.getByRole('article', { name: 'Kettles at noon' });
    await card.getByText('$49.50').waitFor();
    await admin.goto('/admin/audit');
    await admin.getByText(/\S\s+opened a drop ahead of time: Kettles at noon/).waitFor();
  });

  it('keeps shoppers out, and deactivates an account', async () => {
    const shopper = await registerUser(shop, 'Unruly');
    const page = await visitors.arriveAs(shopper);
    await page.goto('/admin');
    await heading(page, 'There is nothing here').waitFor();

    const admin = await visitors.arriveAs(await createAdmin(shop));
    await admin.goto('/admin/users');
    await admin.getByRole('searchbox').fill(shopper.email);
    const row = admin.getByRole('listitem').filter({ hasText: 'Unruly' });
    await row.getByRole('button', { name: 'Deactivate' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await row.getByText('Deactivated').waitFor();

    await page.goto('/orders');
    await heading(page, 'Welcome back').waitFor();
  });
});
