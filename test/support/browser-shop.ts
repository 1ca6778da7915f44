import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import type { TestUser } from './users.js';

/** Opens pages of the shop in a real Chromium, each context as another person's browser. */
export class BrowserShop {
  private readonly contexts: BrowserContext[] = [];
  /** What went wrong in any page: uncaught errors, and requests to other hosts. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly url: string,
  ) {}

  static async at(url: string): Promise<BrowserShop> {
    return new BrowserShop(await launchChromium(), url);
  }

  async visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      locale: 'en-US',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(15_000);
    context.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== new URL(this.url).hostname)
        this.complaints.push(`foreign request: ${request.url()}`);
    });
    context.on('weberror', (error) => this.complaints.push(`page error: ${error.error().message}`));
    context.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy/i.test(message.text()))
        this.complaints.push(message.text());
    });
    this.contexts.push(context);
    return context;
  }

  /** A browser in which this person is logged in. */
  async as(user: TestUser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.visitor(options);
    const response = await context.request.post('/api/v1/auth/login', {
      data: { email: user.email, password: user.password },
    });
    if (!response.ok()) throw new Error(`log in: ${response.status()} ${await response.text()}`);
    // Pages that are not of the shop, such as about:blank, have no storage.
    await context.addInitScript(
      `if (location.protocol.startsWith('http')) localStorage.setItem('swiftdrop.was-signed-in', '1');`,
    );
    return context;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

export async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  return page;
}
