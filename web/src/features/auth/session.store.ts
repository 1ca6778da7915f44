import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, tokens } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { SignedIn, User } from '@/api/types';
import { exclusively, localStore, onWake, openChannel } from '@/environment';
import { forgetDrafts } from '@/features/drafts/draft-store';
import { live } from '@/features/live/live';

/** Not a secret: it only spares visitors who never signed in a request for a session. */
const HINT = 'swiftdrop.was-signed-in';
/** Who the user is in this browser, by id, for tabs that heard nothing of it. */
const USER = 'swiftdrop.user';
/** Instead of an id: the session ended by itself, or was left by a log-out. */
const NOBODY = 'nobody';
const LEFT = 'left';
/** A log-out that the server has not answered yet. */
const LEAVING = 'swiftdrop.leaving';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Where nothing can be kept, the session is asked for at every start. */
const hint = () => localStore.getItem(HINT) === '1' || !localStore.isLasting();

function setHint(on: boolean): void {
  if (on) localStore.setItem(HINT, '1');
  else localStore.removeItem(HINT);
}

const isLogoutDue = () => localStore.getItem(LEAVING) !== null;

/** Sends the log-out that is due, if there is one. @throws ApiProblem when it is still not known to be done */
async function finishLogout(): Promise<void> {
  if (!isLogoutDue()) return;
  await tokens.endSession();
  localStore.removeItem(LEAVING);
}

export const useSession = defineStore('session', () => {
  const user = ref<User>();
  /** Until the server has said yes or no, nobody is a guest. */
  const isClear = ref(false);
  const isKnown = computed(() => isClear.value || user.value !== undefined);
  /** It is not known, and not for lack of trying. */
  const isStruggling = ref(false);
  /** A log-out had no answer: the session may still be open, although nothing of it is shown. */
  const isLeaving = ref(isLogoutDue());
  /** Grows whenever a user stops being the user: what was read for them does not outlive it. */
  const era = ref(0);
  const isSignedIn = computed(() => user.value !== undefined);
  const isAdmin = computed(() => user.value?.role === 'admin');

  /** Each ends a pause between two tries. */
  const sleepers = new Set<() => void>();
  const wake = () => sleepers.forEach((rise) => rise());
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const rise = () => {
        clearTimeout(timer);
        sleepers.delete(rise);
        resolve();
      };
      const timer = setTimeout(rise, milliseconds);
      sleepers.add(rise);
    });

  /** Tries until it has a clear answer: after growing, jittered pauses, and when the line or the tab is back. */
  async function persist(act: () => Promise<unknown>, isOver: () => boolean): Promise<void> {
    for (let failures = 0; !isOver(); failures++) {
      try {
        await act();
        return;
      } catch (error) {
        if (isOver()) return;
        isStruggling.value = true;
        const asked = error instanceof ApiProblem ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
        await pause(Math.max(asked, ceiling * (0.5 + Math.random() / 2)));
      }
    }
  }

  /** Settles when it is known whether somebody is signed in. */
  let restored: Promise<void> | undefined;
  function restore(): Promise<void> {
    if (isLogoutDue()) void leaveForGood();
    if (!isKnown.value && !hint()) become(undefined);
    return findOut();
  }
  const findOut = () =>
    (restored ??= persist(
      () => tokens.renew(),
      () => isKnown.value,
    ).finally(() => (restored = undefined)));

  let leaving: Promise<void> | undefined;
  function leaveForGood(): Promise<void> {
    isLeaving.value = true;
    return (leaving ??= persist(
      () => exclusively('swiftdrop-refresh', finishLogout),
      () => !isLogoutDue(),
    ).finally(() => {
      leaving = undefined;
      isLeaving.value = false;
    }));
  }

  const tellOtherTabs = openChannel('swiftdrop-session', (id) => follow(id));
  addEventListener('storage', ({ key, newValue }) => {
    if (key === USER) follow(newValue);
    if (key === LEAVING && newValue === null) isLeaving.value = false;
  });
  onWake(() => {
    wake();
    // A tab that slept has heard nothing; where tabs have nothing in common, the server is asked.
    if (!localStore.isLasting() && isSignedIn.value) void tokens.renew().catch(() => undefined);
    else follow(localStore.getItem(USER));
  });

  /** Another tab has another user: what this one shows is no longer theirs to see, whoever they are. */
  function follow(id: unknown): void {
    if (typeof id !== 'string' || id === user.value?.id) return;
    if (id === LEFT && user.value) forgetDrafts(user.value.id);
    if (id === LEFT || id === NOBODY) {
      if (user.value) forget(id);
      return;
    }
    tokens.clear();
    become(undefined, false);
    void findOut();
  }

  tokens.beforeRenewal = finishLogout;
  tokens.onRenewed = (answer) => become(answer.user as User);
  tokens.onLost = () => forget();

  /** However one came to be somebody, the live connection may have said hello as somebody else. */
  function become(next: User | undefined, isCertain = true): void {
    const before = user.value?.id;
    if (before !== undefined && next?.id !== before) era.value++;
    user.value = next;
    isClear.value = isCertain;
    isStruggling.value = false;
    if (isCertain) setHint(next !== undefined);
    if (next) localStore.setItem(USER, next.id);
    if (next?.id !== before) live.greetAgain();
  }

  /** It is clear that nobody is signed in any more. */
  function forget(how: typeof NOBODY | typeof LEFT = NOBODY): void {
    tokens.clear();
    if (localStore.getItem(USER) !== null) localStore.setItem(USER, how);
    become(undefined);
  }

  /** Alone with the cookie: a log-out that is still due must not end the session that begins here. */
  const enter = (ask: () => Promise<SignedIn>): Promise<void> =>
    exclusively('swiftdrop-refresh', async () => {
      await finishLogout().catch(() => undefined);
      const answer = await ask();
      localStore.removeItem(LEAVING);
      isLeaving.value = false;
      tokens.set(answer);
      become(answer.user);
      tellOtherTabs(answer.user.id);
    });

  const login = (email: string, password: string) => enter(() => api.login({ email, password }));

  const register = (account: { displayName: string; email: string; password: string }, key: string) =>
    enter(() => api.register(account, key));

  /**
   * Nothing of the user is shown after it, whatever the server says. Without an answer the cookie may still live:
   * the log-out is written down, said to be due, and repeated before any refresh.
   */
  async function logout(): Promise<void> {
    localStore.setItem(LEAVING, '1');
    if (user.value) forgetDrafts(user.value.id);
    try {
      await tokens.endSession();
      localStore.removeItem(LEAVING);
    } catch {
      void leaveForGood();
    }
    forget(LEFT);
    tellOtherTabs(LEFT);
  }

  async function rename(displayName: string): Promise<void> {
    user.value = await api.updateProfile({ displayName });
  }

  return {
    ...{ user, isKnown, isStruggling, isLeaving, era, isSignedIn, isAdmin },
    ...{ restore, login, register, logout, rename },
    /** Tries at once what is being tried again and again. */
    retry: wake,
  };
});
