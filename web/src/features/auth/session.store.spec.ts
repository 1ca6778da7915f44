// @vitest-environment jsdom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api, tokens } from '@/api/client';
import type { SignedIn } from '@/api/types';
import { readDraft, writeDraft } from '@/features/drafts/draft-store';
import { useSession } from './session.store';

const answer = (id: string) => ({ user: { id, role: 'customer' }, accessToken: `of ${id}`, expiresIn: 600 });
const json = (status: number, body: unknown = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });

/** What the server was asked for, in order, and what it says to each path in turn. */
let asked: string[];
function serve(script: Record<string, (() => Response)[]>): void {
  asked = [];
  vi.stubGlobal('fetch', (input: RequestInfo | URL) => {
    const path = String(input instanceof Request ? input.url : input)
      .split('/')
      .at(-1) as string;
    asked.push(path);
    const next = script[path]?.shift();
    return next ? Promise.resolve(next()) : Promise.reject(new TypeError('no line'));
  });
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  tokens.clear();
  setActivePinia(createPinia());
});

describe('who one is', () => {
  it('is not known while the server cannot say, and found out when the line is back', async () => {
    localStorage.setItem('swiftdrop.was-signed-in', '1');
    serve({ refresh: [() => json(503), () => json(200, answer('ada'))] });
    const session = useSession();
    const restored = session.restore();
    expect(session.isKnown).toBe(false);
    await vi.waitFor(() => expect(session.isStruggling).toBe(true));
    expect([session.isKnown, session.isSignedIn]).toEqual([false, false]);
    dispatchEvent(new Event('online'));
    await restored;
    expect([session.isKnown, session.user?.id]).toEqual([true, 'ada']);
  });

  it('is nobody after a clear no, and for who never signed in', async () => {
    localStorage.setItem('swiftdrop.was-signed-in', '1');
    serve({ refresh: [() => json(401)] });
    const session = useSession();
    await session.restore();
    expect([session.isKnown, session.isSignedIn]).toEqual([true, false]);

    setActivePinia(createPinia());
    serve({});
    const visitor = useSession();
    void visitor.restore();
    expect([visitor.isKnown, asked]).toEqual([true, []]);
  });
});

describe('another tab', () => {
  const elsewhere = (newValue: string) =>
    dispatchEvent(new StorageEvent('storage', { key: 'swiftdrop.user', newValue }));

  it('that logs out takes what was read and typed for the user from this one', async () => {
    const session = await signedIn();
    writeDraft('ada', 'place', 'half a comment');
    elsewhere('left');
    expect([session.isSignedIn, session.isKnown, session.era]).toEqual([false, true, 1]);
    expect(readDraft('ada', 'place')).toBeUndefined();
  });

  it('whose session ends leaves what was typed here', async () => {
    const session = await signedIn();
    writeDraft('ada', 'place', 'half a comment');
    elsewhere('nobody');
    expect(session.isSignedIn).toBe(false);
    expect(readDraft('ada', 'place')).toBe('half a comment');
  });

  it('in which somebody else logs in hides what is here at once, and calls off what is under way', async () => {
    const session = await signedIn();
    serve({ refresh: [() => json(200, answer('bo'))] });
    const { signal } = tokens;
    elsewhere('bo');
    expect([session.user, session.isKnown, session.era, signal.aborted]).toEqual([undefined, false, 1, true]);
    await vi.waitFor(() => expect(session.user?.id).toBe('bo'));
  });
});

describe('a log-out without an answer', () => {
  it('says so, hides everything, and is repeated until it is done', async () => {
    const session = await signedIn();
    serve({ logout: [() => json(503), () => json(502), () => json(204)] });
    await session.logout();
    expect([session.isSignedIn, session.isLeaving]).toEqual([false, true]);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await vi.waitFor(() => {
      session.retry();
      expect(session.isLeaving).toBe(false);
    });
    expect(asked.filter((path) => path === 'logout')).toHaveLength(3);
  });

  it('is repeated after a reload, before any refresh', async () => {
    localStorage.setItem('swiftdrop.leaving', '1');
    localStorage.setItem('swiftdrop.was-signed-in', '1');
    serve({ logout: [() => json(204)], refresh: [() => json(401)] });
    const session = useSession();
    await session.restore();
    expect(asked[0]).toBe('logout');
    expect(asked).toContain('refresh');
    await vi.waitFor(() => expect(session.isLeaving).toBe(false));
  });

  it('does not end the session that begins after it', async () => {
    const session = await signedIn();
    serve({ logout: [() => json(503), () => json(503), () => json(503)] });
    await session.logout();
    vi.spyOn(api, 'login').mockResolvedValue(answer('bo') as unknown as SignedIn);
    await session.login('bo@example.org', 'correct horse battery');
    expect([session.user?.id, session.isLeaving]).toEqual(['bo', false]);
    const before = asked.length;
    session.retry();
    await Promise.resolve();
    expect(asked).toHaveLength(before);
  });
});

async function signedIn() {
  const session = useSession();
  vi.spyOn(api, 'login').mockResolvedValue(answer('ada') as unknown as SignedIn);
  await session.login('ada@example.org', 'correct horse battery');
  return session;
}
