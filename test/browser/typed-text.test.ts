import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, TEST_PASSWORD, type TestUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { accountButton, logIn, type Visitors } from './support/visitors.js';

describe('what one types', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  const as = (user: TestUser) => ({
    post: (path: string, body: object) =>
      shop.http.post(`/api/v1/${path}`).set('Authorization', `Bearer ${user.token}`).send(body),
    put: (path: string, body: object) =>
      shop.http.put(`/api/v1/${path}`).set('Authorization', `Bearer ${user.token}`).send(body),
  });
  const comments = (eventId: string) => `reviews/events/${eventId}/comments`;
  const textsOf = async (eventId: string): Promise<string[]> => {
    const { body } = await shop.http.get(`/api/v1/${comments(eventId)}`).expect(200);
    return body.data.map(({ text }: { text: string }) => text);
  };
  const commentField = (page: Page) =>
    page.getByRole('textbox', { name: 'Ask or say something about this drop' });

  it('stays when somebody else comments, and over a reload', async () => {
    const [ada, bo] = await Promise.all([registerUser(shop), registerUser(shop, 'Bo')]);
    const { eventId } = await createDrop(shop.database.pool);
    await as(bo).post(comments(eventId), { text: 'First' }).expect(201);
    const page = await visitors.arriveAs(ada);
    await page.goto(`/events/${eventId}`);
    await page.getByRole('button', { name: 'Reply to Bo' }).click();
    const reply = page.getByRole('textbox', { name: 'Your reply' });
    await reply.fill('Half a re');
    await as(bo).post(comments(eventId), { text: 'Second' }).expect(201);
    await page.getByText('Second').waitFor();
    expect(await reply.inputValue()).toBe('Half a re');
    await page.reload();
    await reply.waitFor();
    expect(await reply.inputValue()).toBe('Half a re');
  });

  it('is there again when the session has ended meanwhile and one has logged in', async () => {
    const ada = await registerUser(shop);
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arriveAs(ada);
    await page.goto(`/events/${eventId}`);
    await commentField(page).fill('Written for an hour');
    // A new password ends all other sessions.
    const newPassword = `${TEST_PASSWORD} too`;
    await as(ada).put('auth/password', { currentPassword: TEST_PASSWORD, newPassword }).expect(204);
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await accountButton(page).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Log in' }).first().click();
    await page.getByLabel('E-mail').waitFor();
    await logIn(page, { ...ada, password: newPassword });
    await commentField(page).waitFor();
    expect(await commentField(page).inputValue()).toBe('Written for an hour');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('article').filter({ hasText: 'Written for an hour' }).waitFor();
    expect(await commentField(page).inputValue()).toBe('');
  });

  it('is sent once, however often its answer is lost', async () => {
    const ada = await registerUser(shop);
    const { eventId } = await createDrop(shop.database.pool);
    const page = await visitors.arriveAs(ada);
    await page.goto(`/events/${eventId}`);
    let isLossy = true;
    let sent = 0;
    await page.route(`**/api/v1/${comments(eventId)}`, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent++;
      if (!isLossy) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await commentField(page).fill('Said once');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'we do not know whether it went through' }).waitFor();
    expect(sent).toBe(3);
    // Also over a reload, it is the same act.
    await page.reload();
    isLossy = false;
    await commentField(page).waitFor();
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.getByRole('article').filter({ hasText: 'Said once' }).waitFor();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    expect([sent, await textsOf(eventId)]).toEqual([4, ['Said once']]);
  });

  it('stays in an admin’s form when the drop opens', async () => {
    const admin = await createAdmin(shop);
    const { eventId } = await createDrop(shop.database.pool, {
      status: 'locked',
      startsIn: 3600,
      endsIn: 7200,
    });
    const page = await visitors.arriveAs(admin);
    await page.goto(`/admin/events/${eventId}`);
    const title = page.getByLabel('Title');
    await title.fill('A better title');
    await as(admin).post(`admin/events/${eventId}/open`, {}).expect(200);
    await page
      .getByRole('alert')
      .filter({ hasText: 'Load it again' })
      .or(page.getByText('Live now'))
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Load again' }).waitFor();
    expect(await title.inputValue()).toBe('A better title');
  });
});
