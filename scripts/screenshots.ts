/**
 * Takes the pictures of the shop's main pages: desktop and phone, light and dark. Starts the built
 * application on a fresh embedded PostgreSQL, fills it through the API, and leaves nothing running.
 *
 *   npm run screenshots -- [directory] [pattern]      (screenshots by default)
 *   npm run screenshots -- docs/images ^readme
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { demoItems, demoImageUrl } from '../src/demo/demo-catalog.ts';
import { launchChromium } from '../test/support/chromium.ts';

const out = resolve(process.argv[2] ?? 'screenshots');
const only = process.argv[3];
const PORT = 3972;
const url = `http://127.0.0.1:${PORT}`;
const ADMIN = { email: 'admin@swiftdrop.example', password: 'seldom-told-2026' };
const ANN = { email: 'ann@swiftdrop.example', password: 'seldom-told-2026' };
const FORMS = {
  desktop: { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
} as const;

/** As long as a chart needs to fill a corner. */
const RUSH_MS = 25_000;

type Json = Record<string, unknown>;

async function call<T = Json>(method: string, path: string, token?: string, body?: Json): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

interface Item {
  id: string;
}
interface Event {
  id: string;
  items: { id: string; itemId: string }[];
}

async function fill() {
  const { accessToken: admin } = await call<{ accessToken: string }>('POST', '/auth/login', undefined, ADMIN);
  const items: Record<string, Item> = {};
  for (const { slug, name, category, description } of demoItems)
    items[slug] = await call<Item>('POST', '/admin/items', admin, {
      name,
      category,
      description,
      imageUrl: demoImageUrl(slug),
    });
  const drop = (
    title: string,
    description: string,
    minutes: number,
    length: number,
    wares: [string, number, number][],
  ) =>
    call<Event>('POST', '/admin/events', admin, {
      title,
      description,
      startsAt: new Date(Date.now() + minutes * 60_000).toISOString(),
      endsAt: new Date(Date.now() + (minutes + length) * 60_000).toISOString(),
      items: wares.map(([slug, amount, stock]) => ({
        itemId: items[slug]?.id,
        price: { amount, currency: 'USD' },
        stock,
        perUserLimit: slug === 'kestrel-headphones' ? 60 : 2,
      })),
    });
  const live = await drop(
    'Listening room',
    'One evening, three things made for listening: a speaker in oiled oak, headphones that weigh nothing, and a turntable that arrives already balanced. Small runs, and no second batch.',
    0,
    95,
    [
      ['bergen-speaker', 24_900, 40],
      ['kestrel-headphones', 18_900, 600],
      ['lindqvist-turntable', 42_900, 12],
    ],
  );
  await drop('First light', 'Field watch and lantern for those who are up before everybody else.', 2, 60, [
    ['meridian-watch', 36_900, 25],
    ['halden-lantern', 7_900, 80],
  ]);
  await drop('Long weekend', 'Twenty-two litres and a mug: all that two days need.', 60 * 27, 120, [
    ['tarn-daypack', 14_900, 50],
    ['ember-mug', 5_400, 120],
  ]);
  const gone = await drop('Pocket studio', 'The recorder with real keys. Fifteen of them.', 0, 45, [
    ['tape-one-recorder', 12_900, 15],
  ]);
  const over = await drop('Quiet hours', 'Yesterday evening, for an hour.', 0, 60, [
    ['ember-mug', 5_400, 30],
  ]);

  const names = [
    'Ann Lee',
    'Jonas Wik',
    'Yi-Chun',
    'Priya N.',
    'Marek',
    'Sofia R.',
    'Tomás',
    'Ingrid',
    'Kenji',
    'Lea',
  ];
  const tokens: string[] = [];
  for (const [index, displayName] of names.entries()) {
    const email = index === 0 ? ANN.email : `shopper${index}@swiftdrop.example`;
    const { accessToken } = await call<{ accessToken: string }>('POST', '/auth/register', undefined, {
      email,
      password: ANN.password,
      displayName,
    });
    tokens.push(accessToken);
  }
  const buy = async (who: number, event: Event, which: number, quantity: number, confirm: boolean) => {
    const token = tokens[who] as string;
    const { order } = await call<{ order: { id: string } }>(
      'POST',
      `/purchase/${event.items[which]?.id}`,
      token,
      { quantity },
    );
    if (confirm) await call('POST', `/purchase/${order.id}/confirm`, token);
    return order.id;
  };
  for (let who = 1; who < 10; who++) {
    await buy(who, live, 0, 2, who % 4 !== 0);
    await buy(who, live, 1, 1 + (who % 2), who % 3 !== 0);
    if (who < 7) await buy(who, live, 2, 2, true);
    if (who < 9) await buy(who, gone, 0, who === 8 ? 1 : 2, true);
    await buy(who, over, 0, 2, who % 5 !== 0);
  }
  await buy(0, live, 1, 1, true);
  const held = await buy(0, live, 0, 1, false);
  await call('POST', `/admin/events/${over.id}/close`, admin);

  const speaker = live.items[0]?.itemId;
  const words = [
    'Fills the kitchen, takes no room. The knob alone is worth it.',
    'Warm and clear; I stopped noticing it, which is the point.',
    'Bought it at one second past; it was confirmed before I had put the phone down.',
    'Good, but I would have liked a second input.',
  ];
  for (const [index, text] of words.entries()) {
    const who = [1, 2, 3, 5][index] as number;
    await call('POST', `/reviews/items/${speaker}`, tokens[who], { rating: [5, 5, 5, 4][index], text });
  }
  const thread = await call<{ id: string }>('POST', `/reviews/events/${live.id}/comments`, tokens[4], {
    text: 'Does the turntable come with a cartridge?',
  });
  const answer = await call<{ id: string }>('POST', `/reviews/comments/${thread.id}/replies`, tokens[1], {
    text: 'Yes, mounted and aligned. Mine played ten minutes after the parcel came.',
  });
  await call('POST', `/reviews/comments/${answer.id}/replies`, tokens[4], { text: 'Sold. Thank you!' });
  await call('POST', `/reviews/events/${live.id}/comments`, tokens[6], {
    text: 'The oak is even nicer in daylight.',
  });
  /** Buyers who go on buying until told to stop, so that a chart has something to show. */
  const rush = () => {
    let going = true;
    const done = (async () => {
      for (let turn = 0; going; turn++) {
        await buy(1 + (turn % 9), live, 1, 1, turn % 3 !== 0).catch(() => undefined);
        await new Promise((next) => setTimeout(next, 40 + 160 * Math.abs(Math.sin(turn / 9))));
      }
    })();
    return () => {
      going = false;
      return done;
    };
  };
  return { live, held, rush };
}

async function settle(page: Page) {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.evaluate('document.fonts.ready');
  // Pictures further down are loaded when they come near.
  await page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await page.waitForTimeout(300);
  await page.evaluate('scrollTo(0, 0)');
  await page.waitForTimeout(400);
}

async function logIn(context: BrowserContext, who: { email: string; password: string }) {
  const response = await context.request.post(`${url}/api/v1/auth/login`, { data: who });
  if (!response.ok()) throw new Error(`log in: ${response.status()}`);
  await context.addInitScript(() => localStorage.setItem('swiftdrop.was-signed-in', '1'));
}

async function main() {
  const dataDir = await mkdtemp(join(tmpdir(), 'swiftdrop-pictures-'));
  const server = spawn(process.execPath, ['dist/main.js'], {
    env: {
      PATH: process.env.PATH,
      PORT: String(PORT),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'fatal',
      SEED_DEMO: 'off',
      RATE_LIMITS: 'off',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const browser = await launchChromium();
  try {
    for (let tries = 0; ; tries++) {
      try {
        await call('GET', '/time');
        break;
      } catch (error) {
        if (tries > 150) throw error;
        await new Promise((done) => setTimeout(done, 200));
      }
    }
    const { live, held, rush } = await fill();
    await mkdir(out, { recursive: true });
    const pages: { name: string; path: string; as?: typeof ADMIN; full?: boolean; rush?: boolean }[] = [
      { name: 'readme-home', path: '/' },
      { name: 'readme-drop', path: `/events/${live.id}`, as: ANN },
      { name: 'readme-dashboard', path: '/admin', as: ADMIN, rush: true },
      { name: 'home', path: '/', full: true },
      { name: 'drop', path: `/events/${live.id}`, as: ANN, full: true },
      { name: 'confirm', path: `/events/${live.id}/confirm/${held}`, as: ANN },
      { name: 'orders', path: '/orders', as: ANN },
      { name: 'profile', path: '/profile', as: ANN, full: true },
      { name: 'login', path: '/login' },
      { name: 'register', path: '/register' },
      { name: 'not-found', path: '/nothing' },
      { name: 'dashboard', path: '/admin', as: ADMIN, full: true },
      { name: 'new-drop', path: '/admin/events/new', as: ADMIN, full: true },
      { name: 'drop-result', path: `/admin/events/${live.id}`, as: ADMIN, full: true },
      { name: 'catalogue', path: '/admin/items', as: ADMIN },
      { name: 'people', path: '/admin/users', as: ADMIN },
      { name: 'audit', path: '/admin/audit', as: ADMIN },
    ];
    for (const [form, device] of Object.entries(FORMS))
      for (const colorScheme of ['light', 'dark'] as const)
        for (const { name, path, as, full, rush: isBusy } of pages) {
          const file = `${name}-${form}-${colorScheme}.png`;
          if (only && !new RegExp(only).test(file)) continue;
          const context = await browser.newContext({
            ...device,
            colorScheme,
            locale: 'en-US',
            reducedMotion: 'reduce',
          });
          if (as) await logIn(context, as);
          const page = await context.newPage();
          page.on('console', (message) => message.type() === 'error' && console.error(file, message.text()));
          page.on('pageerror', (error) => console.error(file, error.message));
          const stopRush = isBusy ? rush() : undefined;
          await page.goto(url + path);
          if (isBusy) await page.waitForTimeout(RUSH_MS);
          await settle(page);
          await page.screenshot({ path: join(out, file), fullPage: full ?? false });
          await stopRush?.();
          await context.close();
        }
  } finally {
    await browser.close();
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
