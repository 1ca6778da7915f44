import { Agent, request } from 'undici';
import type { TestUser } from './users.js';

export interface Attempt {
  shopper: TestUser;
  idempotencyKey?: string;
}

export interface Answer {
  attempt: Attempt;
  /** 0: the connection broke before an answer. */
  status: number;
  code?: string;
  orderId?: string;
}

export interface RushOptions {
  /** Per server. */
  connections?: number;
  onAnswer?(answer: Answer): void;
}

/** All attempts at once, over real connections, dealt out to the servers in turn. */
export async function rush(
  urls: readonly string[],
  eventItemId: string,
  attempts: readonly Attempt[],
  { connections = 250, onAnswer }: RushOptions = {},
): Promise<Answer[]> {
  const dispatcher = new Agent({ connections, pipelining: 1, headersTimeout: 30_000 });
  try {
    return await Promise.all(
      attempts.map(async (attempt, index) => {
        const url = `${urls[index % urls.length]}/api/v1/purchase/${eventItemId}`;
        const answer = await send(dispatcher, url, attempt);
        onAnswer?.(answer);
        return answer;
      }),
    );
  } finally {
    await dispatcher.destroy();
  }
}

async function send(dispatcher: Agent, url: string, attempt: Attempt): Promise<Answer> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        authorization: `Bearer ${attempt.shopper.token}`,
        ...(attempt.idempotencyKey && { 'idempotency-key': attempt.idempotencyKey }),
      },
    });
    const { code, order } = (await body.json()) as { code?: string; order?: { id: string } };
    return { attempt, status: statusCode, code, orderId: order?.id };
  } catch {
    return { attempt, status: 0 };
  }
}

/** How often each status and code was answered, such as `{ '201': 50, '409 SOLD_OUT': 450 }`. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const name = code ? `${status} ${code}` : String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
