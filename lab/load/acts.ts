import { setTimeout as delay } from 'node:timers/promises';
import type { Buyer } from '../api.ts';
import type { AcknowledgedOrder, Ledger } from '../ledger.ts';
import type { Random } from '../random.ts';
import type { Requests } from '../requests.ts';
import type { Answer, HttpClient } from './http-client.ts';
import type { Meter } from './meter.ts';

/** A client that got no clear answer asks again with the same key, as the shop's own does. */
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 50;
/** Clocks differ by a little: who came a blink too early knocks again. */
const EARLY_GRACE_MS = 2_000;
const EARLY_PAUSE_MS = 20;

export interface Stage {
  client: HttpClient;
  requests: Requests;
  ledger: Ledger;
  meter: Meter;
  random: Random;
  buyers: readonly Buyer[];
  eventId: string;
  eventItemIds: readonly string[];
  /** performance.now() of the opening. */
  openingAt: number;
  signal: AbortSignal;
}

interface OrderAnswer {
  order: { id: string; eventItemId: string; quantity: number; status: string; reservedUntil: string };
}

/** What shoppers do; each act books what it was told in the ledger and how long it took in the meter. */
export class Acts {
  private readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** One attempt to buy one unit, until there is a clear answer or no hope of one. */
  async purchase(
    buyer: number,
    eventItemId: string,
    intendedAt: number,
  ): Promise<AcknowledgedOrder | undefined> {
    const { client, requests, ledger, meter } = this.stage;
    const { id: userId, accessToken } = this.stage.buyers[buyer] as Buyer;
    const attempt = ledger.begin();
    const request = requests.purchase(eventItemId, accessToken, ledger.keyOf(attempt));
    for (let tries = 1; ;) {
      const { status, body, sentAt, answeredAt } = await client.send(request);
      if (status === 201 || status === 200) {
        meter.granted(intendedAt, sentAt, answeredAt);
        const { order } = JSON.parse(body) as OrderAnswer;
        return ledger.acknowledge({
          id: order.id,
          attempt,
          buyer,
          userId,
          eventItemId,
          quantity: order.quantity,
          reservedUntil: Date.parse(order.reservedUntil),
        });
      }
      const code = codeOf(status, body);
      if (status === 409) {
        if (code === 'EVENT_NOT_LIVE' && this.isEarly(answeredAt)) {
          await delay(EARLY_PAUSE_MS);
          continue;
        }
        ledger.refuse(attempt, eventItemId, code);
        meter.refused(code, intendedAt, sentAt, answeredAt);
        return undefined;
      }
      meter.failure(status, code, answeredAt);
      // A 4xx is a clear no; no answer or a 5xx leaves open whether the order stands.
      if (status >= 400 && status < 500) ledger.refuse(attempt, eventItemId, code);
      else if (tries++ < MAX_TRIES && !this.stage.signal.aborted) {
        await this.pause(tries);
        continue;
      }
      return undefined;
    }
  }

  /** Sends a purchase again with its key: the answer must be the same order. */
  async replay(order: AcknowledgedOrder, intendedAt: number): Promise<void> {
    const { requests, ledger, buyers } = this.stage;
    const { accessToken } = buyers[order.buyer] as Buyer;
    const request = requests.purchase(order.eventItemId, accessToken, ledger.keyOf(order.attempt));
    const answer = await this.timed('replay', request, intendedAt);
    if (answer.status === 201 || answer.status === 200)
      ledger.replayed(order, (JSON.parse(answer.body) as OrderAnswer).order.id);
    else if (answer.status === 409 || answer.status === 422)
      ledger.replayed(order, codeOf(answer.status, answer.body));
  }

  /** @returns whether the order is now resolved, as far as its buyer knows */
  async resolve(order: AcknowledgedOrder, act: 'confirm' | 'cancel', intendedAt: number): Promise<boolean> {
    const { requests, ledger, buyers } = this.stage;
    const { accessToken } = buyers[order.buyer] as Buyer;
    const { status } = await this.timed(act, requests.resolve(order.id, act, accessToken), intendedAt);
    if (status === 200) {
      if (act === 'confirm') ledger.confirmed(order);
      else ledger.cancelled(order);
      return true;
    }
    if (status === 0 || status >= 500) order.resolutionUnknown = true;
    return status === 409;
  }

  async browse(intendedAt: number): Promise<void> {
    await this.timed('browse', this.stage.requests.get('/api/v1/events?limit=20'), intendedAt);
  }

  /** Looks at the drop, as the shop's page does between pushes. */
  async look(intendedAt: number): Promise<void> {
    await this.timed('look', this.stage.requests.get(`/api/v1/events/${this.stage.eventId}`), intendedAt);
  }

  async login(account: { email: string; password: string }, intendedAt: number): Promise<void> {
    await this.timed('login', this.stage.requests.login(account.email, account.password), intendedAt);
  }

  private async timed(act: string, request: string, intendedAt: number): Promise<Answer> {
    const { client, meter } = this.stage;
    const answer = await client.send(request);
    const { status, body, answeredAt } = answer;
    meter.act(act, intendedAt, answeredAt);
    if (status === 0 || (status >= 400 && status !== 409))
      meter.failure(status, codeOf(status, body), answeredAt);
    return answer;
  }

  private isEarly(at: number): boolean {
    return at - this.stage.openingAt < EARLY_GRACE_MS;
  }

  private async pause(tries: number): Promise<void> {
    await delay(FIRST_PAUSE_MS * 2 ** (tries - 2) * (0.5 + this.stage.random.next()));
  }
}

/** The problem's code, read without parsing: refusals are the common answer of a drop. */
export function codeOf(status: number, body: string): string {
  if (status === 0) return body;
  return /"code":\s*"([A-Z0-9_]+)"/.exec(body)?.[1] ?? 'NO_CODE';
}
