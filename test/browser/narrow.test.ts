import type { Page } from 'playwright-core';
import type { TestApp } from '../support/test-app.js';
import { createAdmin, registerUser, type TestUser } from '../support/users.js';
import { openShop } from './support/opened-shop.js';
import type { Visitors } from './support/visitors.js';

/**
 * Goal: no page is wider than the screen, whatever people write. Method: opens every page at 320 px, then with
 * text at twice its size. All that people wrote begins with a mark, so that one load of a page is looked at with
 * every text: the marked words are replaced where they stand.
 * The control puts a wide box and a cut-off button into a page and must find both.
 */
const NARROW = { width: 320, height: 640 };

const MARK = 'ヮ';
const wordy = (text: string) => (length: number) => (MARK + text).slice(0, length);
const word = wordy('w'.repeat(200));
const PEOPLES_TEXTS: Record<string, (length: number) => string> = {
  'a word of 200 letters': word,
  'a sentence of 200 letters': wordy('the quick brown fox jumps over the lazy dog '.repeat(5)),
  'an address': wordy(`https://example.org/${'path/'.repeat(40)}`),
  Arabic: wordy('هذا نص طويل مكتوب من اليمين إلى اليسار '.repeat(6)),
  emoji: wordy('👩‍👩‍👧‍👦🎉'.repeat(12)),
};

describe('with whatever people write', () => {
  let shop: TestApp;
  let visitors: Visitors;
  let admin: TestUser;
  let shopper: TestUser;
  let paths: Record<'visitor' | 'shopper' | 'admin', string[]>;

  openShop(async (...opened) => {
    [shop, visitors] = opened;
    [admin, shopper] = await Promise.all([createAdmin(shop), registerUser(shop, word(60))]);
    const send = async (user: TestUser, path: string, body: object = {}) => {
      const answer = await shop.http
        .post(`/api/v1/${path}`)
        .set('Authorization', `Bearer ${user.token}`)
        .send(body);
      if (answer.status >= 400) throw new Error(`${path}: ${answer.text}`);
      return answer.body;
    };
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const newItem = () =>
      send(admin, 'admin/items', {
        name: word(200),
        category: word(100),
        description: word(200),
        imageUrl: `/images/${'long'.repeat(50)}.png`,
      });
    const [first, second] = [await newItem(), await newItem()];
    const drop = (startsIn: number, endsIn: number) =>
      send(admin, 'admin/events', {
        title: word(200),
        description: word(200),
        startsAt: inMinutes(startsIn),
        endsAt: inMinutes(endsIn),
        items: [first, second].map(({ id }: { id: string }) => ({
          itemId: id,
          price: { amount: 50_000_000_000, currency: 'USD' },
          stock: 50,
          perUserLimit: 9,
        })),
      });
    const [live, locked, closed] = [await drop(0, 90), await drop(60, 120), await drop(0, 30)];
    const buy = async (which: number) =>
      (await send(shopper, `purchase/${live.items[which].id}`, { quantity: 2 })).order.id as string;
    const [held, confirmed] = [await buy(0), await buy(1)];
    await send(shopper, `purchase/${confirmed}/confirm`);
    await send(shopper, `reviews/items/${second.id}`, { rating: 4, text: word(200) });
    let last = await send(shopper, `reviews/events/${live.id}/comments`, { text: word(200) });
    for (let depth = 0; depth < 5; depth++)
      last = await send(shopper, `reviews/comments/${last.id}/replies`, { text: word(200) });
    await send(admin, `admin/events/${closed.id}/close`);
    const [livePath, lockedPath] = [`/events/${live.id}`, `/events/${locked.id}`];
    paths = {
      visitor: [livePath, lockedPath, `/events/${closed.id}`, '/', '/login', '/register', '/nothing'],
      shopper: [
        `${livePath}?rate=${live.items[1].id}`,
        `${livePath}/confirm/${held}`,
        `${livePath}/confirm/${confirmed}`,
        '/orders',
        '/profile',
      ],
      admin: [
        `/admin${livePath}`,
        `/admin${lockedPath}`,
        ...['/admin', '/admin/events/new', '/admin/items', '/admin/users', '/admin/audit'],
      ],
    };
  });

  const isComplete = (page: Page) =>
    page.waitForFunction(
      () =>
        document.querySelector('h1') !== null &&
        document.querySelector('[aria-busy="true"], [data-slot="skeleton"], .animate-pulse') === null,
    );

  /** What is wider than the page, and controls of which a part is cut off, one line each. */
  const tooWide = (page: Page) =>
    page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      const name = (element: Element, problem: string) => `${problem}: ${element.outerHTML.slice(0, 240)}`;
      const scrolls = (element: Element | null): boolean =>
        element !== null &&
        (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
      const isClipped = ({ parentElement: holder }: Element): boolean =>
        holder !== null && (getComputedStyle(holder).overflowX !== 'visible' || isClipped(holder));
      const isShown = (element: Element) =>
        element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
      const found: string[] = [];
      if (document.documentElement.scrollWidth > room) {
        const widest = [...document.body.querySelectorAll('*')]
          .filter((element) => isShown(element) && !isClipped(element))
          .map((element) => [element.getBoundingClientRect().right, element] as const)
          .reduce((one, other) => (other[0] > one[0] ? other : one));
        found.push(name(widest[1], `the page is ${document.documentElement.scrollWidth} px wide`));
      }
      for (const control of document.querySelectorAll('a, button, input, select, textarea, summary')) {
        if (!isShown(control) || control.matches('[aria-hidden], .sr-only') || scrolls(control.parentElement))
          continue;
        const { left, right } = control.getBoundingClientRect();
        if (left < -1 || right > room + 1) found.push(name(control, `reaches from ${left} to ${right}`));
        if (control.matches('input, select, textarea')) continue;
        for (const part of [control, ...control.querySelectorAll('span, p')])
          if (
            getComputedStyle(part).overflowX !== 'visible' &&
            isShown(part) &&
            part.clientWidth > 0 &&
            part.scrollWidth > part.clientWidth + 1
          )
            found.push(name(part, 'a part of a control is cut off'));
      }
      return found;
    });

  /** Texts that people wrote and whose direction is not their own. */
  const withoutDirection = (page: Page) =>
    page.evaluate((mark) => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      while (walker.nextNode()) {
        const { parentElement: holder, textContent } = walker.currentNode as Text;
        // Where a sentence of ours holds it, the sentence goes our way.
        if (!textContent?.trim().startsWith(mark) || !holder || holder.closest('[dir="auto"], option, pre'))
          continue;
        found.push(`no direction of its own: ${holder.outerHTML.slice(0, 240)}`);
      }
      for (const field of document.querySelectorAll('textarea, input[type="text"], input:not([type])'))
        if (
          field.getAttribute('dir') !== 'auto' &&
          !field.matches('[inputmode], [readonly], [aria-hidden]') &&
          field.checkVisibility()
        )
          found.push(`a field without a direction: ${field.outerHTML.slice(0, 240)}`);
      return found;
    }, MARK);

  const unfold = (page: Page) =>
    page.evaluate(() => {
      for (const folded of document.querySelectorAll('details')) folded.open = true;
    });

  /** Puts another text in the place of what people wrote, and no longer than that. */
  const write = (page: Page, text: string) =>
    page.evaluate(
      ([mark, other]) => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const node = walker.currentNode as Text & { written?: string };
          if (!node.data.includes(mark)) continue;
          node.written ??= node.data;
          node.data = node.written.replace(new RegExp(`${mark}w*`), (found) => other.slice(0, found.length));
        }
      },
      [MARK, text] as const,
    );

  /** As a browser's own setting would: every length of ours is in rem. */
  const enlargeText = (page: Page, percent: number) =>
    page.evaluate((size) => void (document.documentElement.style.fontSize = `${size}%`), percent);

  const settled = (page: Page) =>
    page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined)))),
    );

  /** Charts follow a moment later, so that the page is looked at until it fits. */
  async function faultsOf(page: Page): Promise<string[]> {
    await settled(page);
    let faults = await tooWide(page);
    for (const until = Date.now() + 2_000; faults.length > 0 && Date.now() < until;) {
      await settled(page);
      faults = await tooWide(page);
    }
    return faults;
  }

  it.each(['visitor', 'shopper', 'admin'] as const)(
    'no page of a %s is wider than a screen of 320 px, nor with text twice as large',
    async (who) => {
      const options = { viewport: NARROW, hasTouch: true };
      const page =
        who === 'visitor'
          ? await visitors.arrive(options)
          : await visitors.arriveAs(who === 'admin' ? admin : shopper, options);
      const found: string[] = [];
      for (const path of paths[who]) {
        await page.goto(path);
        await isComplete(page);
        await unfold(page);
        found.push(...(await withoutDirection(page)).map((fault) => `${path}: ${fault}`));
        for (const percent of [100, 200]) {
          await enlargeText(page, percent);
          for (const [name, text] of Object.entries(PEOPLES_TEXTS)) {
            await write(page, text(200));
            const faults = await faultsOf(page);
            found.push(...faults.map((fault) => `${path}, ${percent} %, ${name}: ${fault}`));
            if (faults.length > 0) break;
          }
        }
      }
      expect(found).toEqual([]);
    },
    120_000,
  );

  it('would find what is too wide (the control)', async () => {
    const page = await visitors.arrive({ viewport: NARROW });
    await page.goto('/login');
    await isComplete(page);
    await page.evaluate(() => {
      const wide = document.createElement('div');
      wide.style.width = '400px';
      wide.textContent = 'wide';
      const cut = document.createElement('button');
      cut.style.cssText = 'width: 60px; overflow: hidden; white-space: nowrap';
      cut.textContent = 'A label that is cut off';
      document.body.append(wide, cut);
    });
    const faults = (await tooWide(page)).join('\n');
    expect(faults).toMatch(/the page is \d+ px wide: <div/);
    expect(faults).toMatch(/cut off: <button/);
  });
});
