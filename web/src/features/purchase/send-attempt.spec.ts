// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, networkProblem, otherUserProblem } from '@/api/problem';
import type { Order } from '@/api/types';
import { AttemptBook, type Attempt } from './attempts';
import { sendAttempt } from './send-attempt';

const order = { id: 'order' } as Order;

describe('an attempt to buy', () => {
  let keys = 0;
  let book: AttemptBook;
  const newBook = () => new AttemptBook(sessionStorage, () => `key-${++keys}`);
  beforeEach(() => {
    sessionStorage.clear();
    book = newBook();
    keys = 0;
  });

  const send = (attempt: Attempt, reserve: (attempt: Attempt) => Promise<Order>, waits: number[] = []) =>
    sendAttempt(book, attempt, {
      reserve,
      wait: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0.5,
    });

  it('is written down before it is sent, and struck off once it is answered', async () => {
    const attempt = book.begin('ann', 'item', 1);
    const outcome = await send(attempt, () => {
      expect(newBook().open('ann', 'item')).toEqual({ ...attempt, isUncertain: true });
      return Promise.resolve(order);
    });
    expect(outcome).toEqual({ kind: 'yours', order });
    expect(book.open('ann', 'item')).toBeUndefined();
  });

  it('is sent again under the same key when answers are lost, and after a reload too', async () => {
    const sent: string[] = [];
    const lost = (attempt: Attempt) => {
      sent.push(attempt.key);
      return Promise.reject(networkProblem());
    };
    expect(await send(book.begin('ann', 'item', 2), lost)).toMatchObject({
      kind: 'unsure',
      problem: { code: 'NETWORK' },
    });
    book = newBook();
    const outcome = await send(book.begin('ann', 'item', 2), (attempt) => {
      sent.push(attempt.key);
      return Promise.resolve(order);
    });
    expect(outcome.kind).toBe('yours');
    expect(sent).toHaveLength(5);
    expect(new Set(sent)).toEqual(new Set(['key-1']));
  });

  it.each(['SOLD_OUT', 'PURCHASE_LIMIT_REACHED', 'EVENT_NOT_LIVE'])(
    'ends with a clear %s, and the next press is a new one',
    async (code) => {
      const reserve = vi.fn(() => Promise.reject(new ApiProblem(code, 409)));
      expect(await send(book.begin('ann', 'item', 1), reserve)).toEqual({ kind: 'refused', code });
      expect(reserve).toHaveBeenCalledTimes(1);
      expect(book.begin('ann', 'item', 1).key).toBe('key-2');
    },
  );

  it('waits as long as a busy server asks for', async () => {
    const waits: number[] = [];
    let tried = 0;
    const reserve = () =>
      ++tried === 1
        ? Promise.reject(new ApiProblem('CLAIM_QUEUE_FULL', 503, undefined, 2))
        : Promise.resolve(order);
    expect((await send(book.begin('ann', 'item', 1), reserve, waits)).kind).toBe('yours');
    expect(waits).toEqual([2_000]);
  });

  it('tries again when the page was milliseconds ahead of the database at the opening', async () => {
    let tried = 0;
    const reserve = () =>
      ++tried === 1 ? Promise.reject(new ApiProblem('EVENT_NOT_LIVE', 409)) : Promise.resolve(order);
    const outcome = await sendAttempt(book, book.begin('ann', 'item', 1), {
      reserve,
      wait: () => Promise.resolve(),
      isOpening: () => true,
    });
    expect(outcome).toEqual({ kind: 'yours', order });
  });

  it('asks to log in and keeps the attempt', async () => {
    const attempt = book.begin('ann', 'item', 1);
    const outcome = await send(attempt, () => Promise.reject(new ApiProblem('UNAUTHENTICATED', 401)));
    expect(outcome).toEqual({ kind: 'sign-in' });
    expect(book.open('ann', 'item')).toEqual(attempt);
  });

  it('is not known to be refused when a busy answer follows a lost one', async () => {
    const attempt = book.begin('ann', 'item', 1);
    const reserve = vi
      .fn(() => Promise.reject<Order>(new ApiProblem('RATE_LIMITED', 429)))
      .mockRejectedValueOnce(networkProblem());
    expect(await send(attempt, reserve)).toMatchObject({ kind: 'unsure' });
    expect(book.open('ann', 'item')).toEqual({ ...attempt, isUncertain: true });
  });

  const busy = () => Promise.reject<Order>(new ApiProblem('RATE_LIMITED', 429));

  it('is not known to be refused when only busy answers follow those lost before the page was loaded anew', async () => {
    await send(book.begin('ann', 'item', 1), () => Promise.reject(networkProblem()));
    book = newBook();
    expect(await send(book.begin('ann', 'item', 1), busy)).toMatchObject({ kind: 'unsure' });
    expect(book.open('ann', 'item')?.key).toBe('key-1');
  });

  it('is not known to be refused when the page was left before its answer', async () => {
    void send(book.begin('ann', 'item', 1), () => new Promise(() => {}));
    book = newBook();
    expect(await send(book.begin('ann', 'item', 1), busy)).toMatchObject({ kind: 'unsure' });
  });

  it('is refused when the server was busy each time, though it had to log in first', async () => {
    await send(book.begin('ann', 'item', 1), () => Promise.reject(new ApiProblem('UNAUTHENTICATED', 401)));
    expect(await send(book.begin('ann', 'item', 1), busy)).toEqual({ kind: 'refused', code: 'RATE_LIMITED' });
    expect(book.open('ann', 'item')).toBeUndefined();
  });

  it('is kept for who made it when a try is not sent because somebody else has logged in since', async () => {
    const attempt = book.begin('ann', 'item', 1);
    const reserve = vi
      .fn(() => Promise.reject<Order>(otherUserProblem()))
      .mockRejectedValueOnce(networkProblem());
    expect(await send(attempt, reserve)).toEqual({ kind: 'refused', code: 'OTHER_USER' });
    expect(reserve).toHaveBeenCalledTimes(2);
    expect(book.open('ann', 'item')).toEqual({ ...attempt, isUncertain: true });
  });

  it('is nobody else’s', () => {
    const attempt = book.begin('ann', 'item', 1);
    expect(book.open('bob', 'item')).toBeUndefined();
    book.settle(book.begin('bob', 'item', 1));
    expect(book.open('ann', 'item')).toEqual(attempt);
  });

  it('stays the one to be asked after however late, and whatever number is chosen then', async () => {
    await send(book.begin('ann', 'item', 1), () => Promise.reject(networkProblem()));
    vi.useFakeTimers({ now: Date.now() + 30 * 24 * 3_600_000 });
    book = newBook();
    expect(book.begin('ann', 'item', 2)).toMatchObject({ key: 'key-1', quantity: 1 });
    vi.useRealTimers();
  });

  it('survives rubbish in the storage', () => {
    sessionStorage.setItem('swiftdrop.attempt.ann.item', '{"key":');
    expect(book.open('ann', 'item')).toBeUndefined();
  });
});
