import type { Page } from 'playwright-core';
import { createDrop } from '../support/drops.js';
import { openShop } from './support/opened-shop.js';
import type { Visitors } from './support/visitors.js';

/**
 * Goal: on a slow line, something is seen before the scripts are there. Method: a line of 400 kb/s and 400 ms, and
 * the browser's own entries: what had come when it first painted. Bytes and requests are compared, not seconds,
 * since the machine may be busy; the control asks for the style sheet in the head and must paint later.
 */
describe('the first paint on a slow line', () => {
  let visitors: Visitors;
  let eventPath: string;

  openShop(async (shop, opened) => {
    visitors = opened;
    eventPath = `/events/${(await createDrop(shop.database.pool)).eventId}`;
  });

  async function slowLine(page: Page): Promise<void> {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 400_000 / 8,
      uploadThroughput: 400_000 / 8,
    });
  }

  /** What had come before the first paint, by its path, and when that was. */
  const firstPaint = async (page: Page) => {
    const read = () =>
      page.evaluate(() => {
        const [paint] = performance.getEntriesByName('first-paint');
        if (!paint) return undefined;
        const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        const before = files.filter(({ responseEnd }) => responseEnd > 0 && responseEnd < paint.startTime);
        return {
          milliseconds: Math.round(paint.startTime),
          files: before.map(({ name }) => new URL(name).pathname),
          bytes: before.reduce((sum, { transferSize }) => sum + transferSize, 0),
        };
      });
    await page.waitForFunction(() => document.querySelector('h1') !== null);
    return (await read()) ?? { milliseconds: Infinity, files: [], bytes: Infinity };
  };

  it.each(['home', 'drop'])('needs neither scripts nor style sheets on the %s page', async (which) => {
    const page = await visitors.arrive();
    await slowLine(page);
    await page.goto(which === 'home' ? '/' : eventPath);
    const { files, bytes, milliseconds } = await firstPaint(page);
    console.info(`${which}: first paint after ${milliseconds} ms, ${bytes} bytes beside the page itself`);
    expect(files.filter((file) => file.startsWith('/assets/'))).toEqual([]);
    expect(bytes).toBeLessThan(5_000);
  });

  it('would see a style sheet that everything waits for (the control)', async () => {
    const page = await visitors.arrive();
    await slowLine(page);
    await page.route('**/login', async (route) => {
      const answer = await route.fetch();
      const html = await answer.text();
      const sheet = /<link rel="stylesheet"[^>]*>/.exec(html)?.[0] ?? '';
      await route.fulfill({ response: answer, body: html.replace('</title>', `</title>${sheet}`) });
    });
    await page.goto('/login');
    expect((await firstPaint(page)).files).toContainEqual(expect.stringMatching(/^\/assets\/.*\.css$/));
  });
});
