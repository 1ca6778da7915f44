import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, tokens } from '@/api/client';
import type { SignedIn, User } from '@/api/types';
import { live } from '@/features/live/live';

/** Not a secret: it only spares visitors who never signed in a request for a session. */
const HINT = 'swiftdrop.was-signed-in';

function hint(): boolean {
  try {
    return localStorage.getItem(HINT) === '1';
  } catch {
    return true;
  }
}

function setHint(on: boolean): void {
  try {
    if (on) localStorage.setItem(HINT, '1');
    else localStorage.removeItem(HINT);
  } catch {
    // Storage may be forbidden; then the session is asked for at every start.
  }
}

export const useSession = defineStore('session', () => {
  const user = ref<User>();
  const isSignedIn = computed(() => user.value !== undefined);
  const isAdmin = computed(() => user.value?.role === 'admin');
  /** Settles when it is known whether somebody is signed in. */
  let restored: Promise<void> | undefined;

  const otherTabs =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('swiftdrop-session');
  otherTabs?.addEventListener('message', (message) => {
    if (message.data === 'signed-out') forget();
    else if (!isSignedIn.value) void tokens.renew().catch(() => undefined);
  });

  tokens.onRenewed = (answer) => become(answer.user as User);
  tokens.onLost = forget;

  /** However one came to be somebody, the live connection may have said hello as somebody else. */
  function become(next: User | undefined): void {
    const before = user.value?.id;
    user.value = next;
    setHint(next !== undefined);
    if (next?.id !== before) live.greetAgain();
  }

  function forget(): void {
    tokens.clear();
    become(undefined);
  }

  function enter(answer: SignedIn): void {
    tokens.set(answer);
    become(answer.user);
    otherTabs?.postMessage('signed-in');
  }

  function restore(): Promise<void> {
    restored ??= hint()
      ? tokens.renew().then(
          () => undefined,
          () => undefined,
        )
      : Promise.resolve();
    return restored;
  }

  async function login(email: string, password: string): Promise<void> {
    enter(await api.login({ email, password }));
  }

  async function register(displayName: string, email: string, password: string): Promise<void> {
    enter(await api.register({ displayName, email, password }));
  }

  async function logout(): Promise<void> {
    await api.logout().catch(() => undefined);
    forget();
    otherTabs?.postMessage('signed-out');
  }

  async function rename(displayName: string): Promise<void> {
    user.value = await api.updateProfile({ displayName });
  }

  return { user, isSignedIn, isAdmin, restore, login, register, logout, rename, forget };
});
