import { setTimeout as delay } from 'node:timers/promises';
import type { CensusDocument, CensusOrder } from './census.ts';

/** The run could not be made; the message is for people, and the exit status is 2. */
export class CouldNotRun extends Error {}

export interface Buyer {
  id: string;
  accessToken: string;
}

export interface DropItem {
  id: string;
  stockRemaining: number;
}

export interface Drop {
  id: string;
  startsAt: string;
  serverTime: string;
  items: DropItem[];
}

interface TokenAnswer {
  accessToken: string;
  expiresIn: number;
}

const BUYERS_PER_CALL = 5_000;
const ORDERS_PER_PAGE = 1_000;
const REQUEST_TIMEOUT_MS = 60_000;
const ATTEMPTS = 5;
const DATE_HEADER_DOUBT_MS = 1_500;

/**
 * Everything the lab does beside the load: preparing, looking, clearing up. Over the API alone, so that it
 * works on any SwiftDrop.
 */
export class Api {
  private token = '';
  private renewAfter = 0;
  /** By the whole seconds of its Date header; 0 where the clocks agree as far as that can tell. */
  private serverAheadMs = 0;
  private readonly origins: readonly string[];
  private readonly email: string;
  private readonly password: string;

  constructor(origins: readonly string[], email: string, password: string) {
    this.origins = origins;
    this.email = email;
    this.password = password;
  }

  async login(): Promise<void> {
    const body = { email: this.email, password: this.password };
    const { accessToken, expiresIn } = await this.call<TokenAnswer>('POST', '/auth/login', body, false);
    this.token = accessToken;
    this.renewAfter = performance.now() + (expiresIn * 1000) / 2;
  }

  /** Distinct users, ready to buy; a few thousand to a call. */
  async makeBuyers(
    runId: string,
    count: number,
    tokenTtlSeconds: number,
    onProgress: (made: number) => void,
  ): Promise<Buyer[]> {
    const buyers: Buyer[] = [];
    while (buyers.length < count) {
      const size = Math.min(BUYERS_PER_CALL, count - buyers.length);
      const made = await this.call<{ buyers: Buyer[] }>('POST', '/admin/lab/buyers', {
        runId,
        count: size,
        tokenTtlSeconds,
      });
      buyers.push(...made.buyers);
      onProgress(buyers.length);
    }
    return buyers;
  }

  /** Ends the accounts that `makeBuyers` made for this run. */
  async retireBuyers(runId: string): Promise<void> {
    await this.call('POST', '/admin/lab/buyers/retire', { runId });
  }

  async makeDrop(plan: {
    runId: string;
    items: number;
    stock: number;
    perUserLimit: number;
    /** From now, once its items are made, to the opening. */
    leadMs: number;
    openSeconds: number;
    reservationTtlSeconds: number;
  }): Promise<Drop> {
    const items = [];
    for (let index = 0; index < plan.items; index++) {
      const item = await this.call<{ id: string }>('POST', '/admin/items', {
        name: `Lab item ${plan.runId} ${index + 1}`,
        description: 'Made by the drop lab; disposable.',
        category: 'lab',
      });
      // The remainder goes to the first items, so that the units add up to what was asked for.
      const stock = Math.floor(plan.stock / plan.items) + (index < plan.stock % plan.items ? 1 : 0);
      items.push({
        itemId: item.id,
        price: { amount: 1900, currency: 'USD' },
        stock,
        perUserLimit: plan.perUserLimit,
      });
    }
    const startsAt = Date.now() + this.serverAheadMs + plan.leadMs;
    return this.call<Drop>('POST', '/admin/events', {
      title: `Lab drop ${plan.runId}`,
      description: 'Made by the drop lab; disposable.',
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + plan.openSeconds * 1000).toISOString(),
      reservationTtlSeconds: plan.reservationTtlSeconds,
      items,
    });
  }

  register(email: string, password: string): Promise<unknown> {
    return this.call('POST', '/auth/register', { email, password, displayName: 'Lab shopper' }, false);
  }

  event(id: string): Promise<Drop> {
    return this.call('GET', `/events/${id}`, undefined, false);
  }

  closeEvent(id: string): Promise<unknown> {
    return this.call('POST', `/admin/events/${id}/close`);
  }

  census(eventId: string): Promise<CensusDocument> {
    return this.call('GET', `/admin/events/${eventId}/census`);
  }

  async orders(eventId: string): Promise<CensusOrder[]> {
    const all: CensusOrder[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { data: CensusOrder[]; nextCursor: string | null } = await this.call(
        'GET',
        `/admin/events/${eventId}/orders?limit=${ORDERS_PER_PAGE}${query}`,
      );
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }

  /** How far the server's clock is ahead of this process's performance.now(), and the doubt in it. */
  async clockOffset(eventId: string): Promise<{ offsetMs: number; doubtMs: number }> {
    let best = { offsetMs: 0, doubtMs: Infinity };
    for (let probe = 0; probe < 5; probe++) {
      const before = performance.now();
      const { serverTime } = await this.event(eventId);
      const after = performance.now();
      const doubtMs = (after - before) / 2;
      if (doubtMs < best.doubtMs) best = { offsetMs: Date.parse(serverTime) - (before + after) / 2, doubtMs };
    }
    return best;
  }

  private noteServerTime(date: string | null): void {
    const aheadMs = date === null ? Number.NaN : Date.parse(date) + 500 - Date.now();
    this.serverAheadMs = Math.abs(aheadMs) > DATE_HEADER_DOUBT_MS ? aheadMs : 0;
  }

  /**
   * Retries what cannot have had an effect twice: reads, and refused connections.
   * @throws CouldNotRun with what the server said
   */
  private async call<T>(method: string, path: string, body?: unknown, authorised = true): Promise<T> {
    if (authorised && performance.now() > this.renewAfter) await this.login();
    let problem = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await delay(200 * attempt);
      const origin = this.origins[attempt % this.origins.length] as string;
      try {
        const response = await fetch(`${origin}/api/v1${path}`, {
          method,
          headers: {
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(authorised && { authorization: `Bearer ${this.token}` }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        });
        const text = await response.text();
        this.noteServerTime(response.headers.get('date'));
        if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
        problem = `${method} ${path} answered ${response.status} ${describe(text)}`;
        if (response.status < 500) break;
        if (method !== 'GET') break;
      } catch (error) {
        const { cause, message } = error as Error & { cause?: { code?: string } };
        problem = `${origin} does not answer ${method} ${path} (${cause?.code ?? message})`;
        if (method !== 'GET' && cause?.code !== 'ECONNREFUSED') break;
      }
    }
    throw new CouldNotRun(problem);
  }
}

function describe(text: string): string {
  try {
    const problem = JSON.parse(text) as { code?: string; title?: string; detail?: string; errors?: unknown };
    const fields = problem.errors === undefined ? '' : ` ${JSON.stringify(problem.errors)}`;
    return `${problem.code ?? ''}: ${problem.detail ?? problem.title ?? ''}${fields}`;
  } catch {
    return text.slice(0, 200);
  }
}
