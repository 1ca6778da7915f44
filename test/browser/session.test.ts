import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, TEST_PASSWORD } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import { accountButton, heading, logIn, register, type Visitors } from './support/visitors.js';

describe('a session', () => {
  let shop: TestApp;
  let visitors: Visitors;

  openShop((...opened) => {
    [shop, visitors] = opened;
  });

  const pathOf = (page: Page) => new URL(page.url()).pathname;
  /** Not the one that only tells that the account has logged in here before. */
  const refreshCookies = async (page: Page) =>
    (await page.context().cookies()).filter(({ name }) => name === 'swiftdrop_refresh');

  it('begins where one was: at a page that needs it', async () => {
    const user = await registerUser(shop);
    const page = await visitors.arrive();
    await page.goto('/orders');
    await heading(page, 'Welcome back').waitFor();
    await logIn(page, user);
    await heading(page, 'No orders yet').or(page.getByText('No orders yet')).first().waitFor();
    expect(pathOf(page)).toBe('/orders');
  });

  it.each([
    ['loaded anew', true],
    ['still open', false],
  ])(
    'leads a guest who pressed "Buy 2" back to that item and number, in a shop %s',
    async (_how, reloads) => {
      const { eventId, itemIds } = await createDrop(shop.database.pool, {
        stocks: [9, 9, 9],
        perUserLimit: 3,
      });
      const page = await visitors.arrive({ viewport: { width: 390, height: 844 } });
      await page.goto(`/events/${eventId}`);
      const last = page.getByRole('article', { name: 'Item 3' });
      await last.getByRole('button', { name: 'One more' }).click();
      const buy = last.getByRole('button', { name: 'Buy 2', exact: true });
      await buy.click();
      await heading(page, 'Welcome back').waitFor();
      const promise = page.getByText('then you are back at your item, with 2 still chosen.');
      await promise.waitFor();
      if (reloads) await page.reload();
      await page.getByRole('main').getByRole('link', { name: 'Create an account' }).click();
      await page.getByLabel('Display name').waitFor();
      await promise.waitFor();
      await page.getByLabel('Display name').fill('Ada');
      await page.getByLabel('E-mail').fill(`guest-${reloads}@example.org`);
      await page.getByLabel('Password').fill(TEST_PASSWORD);
      await page.getByRole('button', { name: 'Create an account' }).click();

      await buy.waitFor();
      await accountButton(page).waitFor();
      expect(pathOf(page)).toBe(`/events/${eventId}`);
      // In view, without anybody having scrolled.
      await page.waitForFunction(
        (button) => {
          const { top, bottom } = (button as HTMLElement).getBoundingClientRect();
          return top > 64 && bottom < innerHeight;
        },
        await buy.elementHandle(),
      );
      const { rows } = await shop.database.pool.query('SELECT FROM orders WHERE event_item_id = ANY ($1)', [
        itemIds,
      ]);
      expect(rows).toEqual([]);
      await buy.click();
      await heading(page, 'It is yours to confirm').waitFor();
      await page.getByText('2 ×').waitFor();
    },
  );

  it.each(['//foreign.example/orders', 'https://foreign.example/', '/\\foreign.example'])(
    'does not lead to a foreign host: return=%s',
    async (target) => {
      const page = await visitors.arrive();
      await page.goto(`/login?return=${encodeURIComponent(target)}`);
      await logIn(page, await registerUser(shop));
      await heading(page, 'Drops').waitFor();
      expect(page.url()).toBe(`${new URL(shop.url).origin}/`);
    },
  );

  it('is told by the same words whether the account or the password is wrong', async () => {
    const user = await registerUser(shop);
    const page = await visitors.arrive();
    for (const wrong of [
      { ...user, password: 'not the password' },
      { ...user, email: 'nobody@example.org' },
    ]) {
      await page.goto('/login');
      await page.getByLabel('E-mail').fill(wrong.email);
      await page.getByLabel('Password').fill(wrong.password);
      await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').filter({ hasText: 'E-mail or password is not right.' }).waitFor();
    }
  });

  it('outlives a reload without a token that a script could find', async () => {
    const page = await visitors.arrive();
    const answered = page.waitForResponse('**/api/v1/auth/register');
    await register(page, 'Ada');
    const { accessToken } = (await (await answered).json()) as { accessToken: string };
    await page.reload();
    await accountButton(page).waitFor();

    const readable = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
    );
    expect(accessToken).toMatch(/^eyJ/);
    expect(readable).toContain('swiftdrop.was-signed-in');
    expect(readable).not.toMatch(/eyJ/);
    expect(readable).not.toContain('refresh');
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual(['swiftdrop_device', 'swiftdrop_refresh']);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      expect(readable).not.toContain(cookie.value);
    }
  });

  it('ends in every tab, and its token with it', async () => {
    const page = await visitors.arrive();
    const answered = page.waitForResponse('**/api/v1/auth/register');
    await register(page, 'Ada');
    const { accessToken } = (await (await answered).json()) as { accessToken: string };
    const profile = () => shop.http.get('/api/v1/profile').set('authorization', `Bearer ${accessToken}`);
    await profile().expect(200);
    const tab = await page.context().newPage();
    const complaints: string[] = [];
    for (const each of [page, tab]) each.on('console', (message) => complaints.push(message.text()));
    await tab.goto('/orders');
    await accountButton(tab).waitFor();

    await accountButton(page).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    for (const each of [page, tab]) {
      await each.getByRole('link', { name: 'Log in' }).first().waitFor();
      await accountButton(each).waitFor({ state: 'detached' });
    }
    await profile().expect(401);
    expect(await refreshCookies(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.goto('/orders');
    await heading(page, 'Welcome back').waitFor();
  });

  const LOGOUT = '**/api/v1/auth/logout';
  const REFRESH = '**/api/v1/auth/refresh';
  const logOut = async (page: Page) => {
    await accountButton(page).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
  };

  it('takes what was read for somebody from every tab when they log out, or somebody else logs in', async () => {
    const [admin, bo] = await Promise.all([createAdmin(shop), registerUser(shop, 'Bo')]);
    const page = await visitors.arriveAs(admin);
    await page.goto('/');
    await accountButton(page).waitFor();
    const users = await page.context().newPage();
    await users.goto('/admin/users');
    await users.getByText(bo.email).waitFor();
    const profile = await page.context().newPage();
    await profile.goto('/profile');
    await profile.getByText(admin.email).waitFor();

    await logOut(page);
    for (const tab of [users, profile]) await heading(tab, 'Welcome back').waitFor();
    expect(await users.content()).not.toContain(bo.email);
    expect(await profile.content()).not.toContain(admin.email);

    await page.goto('/login');
    await logIn(page, bo);
    // Each tab is back where it was, as far as that is Bo's to see.
    await profile.getByText(bo.email).waitFor();
    await heading(users, 'There is nothing here').waitFor();
    for (const tab of [users, profile]) expect(await tab.content()).not.toContain(admin.email);
  });

  it.each(['a busy shop', 'a broken line'])(
    'is not over for %s at the first look: the page waits, and opens when there is an answer',
    async (why) => {
      const page = await visitors.arriveAs(await registerUser(shop));
      const visited: string[] = [];
      page.on('framenavigated', () => visited.push(pathOf(page)));
      let isBroken = true;
      await page.route(REFRESH, (route) => {
        if (!isBroken) return route.continue();
        return why === 'a busy shop' ? route.fulfill({ status: 503 }) : route.abort();
      });
      await page.goto('/orders');
      await page.getByText('Still connecting').first().waitFor();
      expect(await page.getByRole('link', { name: 'Log in' }).count()).toBe(0);
      isBroken = false;
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.getByText('No orders yet').waitFor();
      await accountButton(page).waitFor();
      expect(visited).not.toContain('/login');
    },
  );

  it('that could not be ended says so, over reloads, and is ended before anything else is asked for', async () => {
    const page = await visitors.arriveAs(await registerUser(shop));
    await page.goto('/profile');
    await heading(page, 'Profile').waitFor();
    await page.route(LOGOUT, (route) => route.abort());
    await logOut(page);
    const note = page.getByText('You may not be logged out yet');
    await note.waitFor();
    await page.reload();
    await note.waitFor();
    expect(await refreshCookies(page)).toHaveLength(1);

    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.unroute(LOGOUT);
    await page.goto('/orders');
    await heading(page, 'Welcome back').waitFor();
    await note.waitFor({ state: 'detached' });
    expect(await refreshCookies(page)).toEqual([]);
    expect(asked.find((path) => path.startsWith('/api/v1/auth'))).toBe('/api/v1/auth/logout');
  });
});
