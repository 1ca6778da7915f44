import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../support/chromium.js';
import { TEST_PASSWORD } from '../../support/users.js';

/** How long a page may take to show something. It costs nothing when all is well, and the machine may be busy. */
export const PATIENCE_MS = 30_000;

/**
 * People in front of one Chromium, each with a profile of their own. Whatever no page may ever do (an error
 * that nobody caught, a request to a foreign host, a break of the content security policy, a dialogue) is
 * written down as a fault of all visits; `leave` ends the visits and throws if there was one.
 */
export class Visitors {
  readonly faults: string[] = [];
  private readonly contexts = new Set<BrowserContext>();

  private constructor(
    private readonly browser: Browser,
    private readonly url: string,
  ) {}

  static async of(url: string): Promise<Visitors> {
    return new Visitors(await launchChromium(), url);
  }

  async arrive(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      locale: 'en-US',
      reducedMotion: 'reduce',
      ...options,
    });
    this.contexts.add(context);
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('page', (page) => this.watch(page));
    return context.newPage();
  }

  /** Somebody who has logged in before: their cookie is there, the page finds out by itself. */
  async arriveAs(
    user: { email: string; password: string },
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    const page = await this.arrive(options);
    const { email, password } = user;
    const answer = await page.context().request.post('/api/v1/auth/login', { data: { email, password } });
    if (!answer.ok()) throw new Error(`Logging in: ${answer.status()} ${await answer.text()}`);
    await page.addInitScript(() => {
      // A page that is not of the shop, such as about:blank, has no storage.
      if (location.protocol.startsWith('http')) localStorage.setItem('swiftdrop.was-signed-in', '1');
    });
    return page;
  }

  /** Ends all visits. @throws if a page did what no page may do */
  async leave(): Promise<void> {
    for (const context of this.contexts) await context.close();
    this.contexts.clear();
    const faults = this.faults.splice(0);
    if (faults.length > 0) throw new Error(`Pages did what no page may do:\n${faults.join('\n')}`);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private watch(page: Page): void {
    const fault = (text: string) => this.faults.push(`${page.url()}: ${text}`);
    page.on('pageerror', (error) => fault(error.stack ?? error.message));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) fault(message.text());
    });
    page.on('dialog', (dialog) => {
      fault(`dialogue: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const own = new URL(this.url).host;
    const mind = (url: string) => {
      const { host, protocol } = new URL(url);
      if (!['data:', 'blob:'].includes(protocol) && host !== own) fault(`request to ${url}`);
    };
    page.on('request', (request) => mind(request.url()));
    page.on('websocket', (socket) => mind(socket.url()));
  }
}

let visitorsSoFar = 0;

export interface Account {
  name: string;
  email: string;
  password: string;
}

/** Fills in the page "Create an account"; where one was going, one then is. */
export async function register(page: Page, name = 'Ada', returnTo = '/'): Promise<Account> {
  const account = {
    name,
    email: `visitor-${process.pid}-${++visitorsSoFar}@example.org`,
    password: TEST_PASSWORD,
  };
  await page.goto(`/register?return=${encodeURIComponent(returnTo)}`);
  await page.getByLabel('Display name').fill(account.name);
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.waitForURL((url) => url.pathname === new URL(returnTo, url).pathname);
  await accountButton(page).waitFor();
  return account;
}

export async function logIn(page: Page, account: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
  await accountButton(page).waitFor();
}

export const accountButton = (page: Page) => page.getByRole('button', { name: /^Account of/ });

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });

/** Marks the document, so that `isSameDocument` can tell whether it was loaded anew. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => void ((window as { isMarked?: true }).isMarked = true));
}

export const isSameDocument = (page: Page): Promise<boolean> =>
  page.evaluate(() => (window as { isMarked?: true }).isMarked === true);
