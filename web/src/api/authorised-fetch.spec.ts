import { describe, expect, it, vi } from 'vitest';
import { authorisedFetch, TokenKeeper } from './authorised-fetch';
import { ApiProblem } from './problem';

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const tokenAnswer = (accessToken: string) => ({ user: { id: 'u' }, accessToken, expiresIn: 600 });
const request = () => new Request('http://shop/api/v1/profile');

describe('authorisedFetch', () => {
  it('renews once however many requests are refused at the same time, and sends each again', async () => {
    let renewals = 0;
    const keeper = new TokenKeeper(
      () => (renewals++, Promise.resolve(json(200, tokenAnswer('new')))),
      () => 0,
    );
    keeper.set(tokenAnswer('old'));
    const seen: (string | null)[] = [];
    const send = authorisedFetch(keeper, (input) => {
      const token = (input as Request).headers.get('authorization');
      seen.push(token);
      return Promise.resolve(json(token === 'Bearer new' ? 200 : 401, {}));
    });
    const answers = await Promise.all([send(request()), send(request()), send(request())]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(renewals).toBe(1);
    expect(seen.filter((token) => token === 'Bearer new')).toHaveLength(3);
  });

  it('renews before the token ends, so that a purchase does not wait for a refusal first', async () => {
    let now = 0;
    const keeper = new TokenKeeper(
      () => Promise.resolve(json(200, tokenAnswer('new'))),
      () => now,
    );
    keeper.set(tokenAnswer('old'));
    expect(await keeper.current()).toBe('old');
    now = 571_000;
    expect(await keeper.current()).toBe('new');
  });

  it.each([
    ['refused', 600],
    ['about to end', 0],
  ])('asks for nothing in the name of who logged in elsewhere, when a token is %s', async (_, expiresIn) => {
    const keeper = new TokenKeeper(
      () => Promise.resolve(json(200, { ...tokenAnswer('theirs'), user: { id: 'other' } })),
      () => 0,
    );
    keeper.set({ ...tokenAnswer('mine'), expiresIn });
    const seen: (string | null)[] = [];
    const send = authorisedFetch(keeper, (input) => {
      seen.push((input as Request).headers.get('authorization'));
      return Promise.resolve(json(401, {}));
    });
    await expect(send(request())).rejects.toMatchObject({ code: 'OTHER_USER', isUncertain: false });
    expect(seen).not.toContain('Bearer theirs');
  });

  it('ends the session on a clear no only', async () => {
    let status = 503;
    const keeper = new TokenKeeper(
      () => Promise.resolve(json(status, { code: 'X' })),
      () => 0,
    );
    keeper.onLost = vi.fn();
    await expect(keeper.renew()).rejects.toBeInstanceOf(ApiProblem);
    expect(keeper.onLost).not.toHaveBeenCalled();
    status = 401;
    expect(await keeper.renew()).toBeUndefined();
    expect(keeper.onLost).toHaveBeenCalledOnce();
  });

  it('names a network failure', async () => {
    const send = authorisedFetch(new TokenKeeper(), () => Promise.reject(new TypeError('failed')));
    await expect(send(request())).rejects.toMatchObject({ code: 'NETWORK', isUncertain: true });
  });
});
