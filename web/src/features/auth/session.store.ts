import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, tokens } from '@/api/client';
import type { SignedIn, User } from '@/api/types';
import { localStore, openChannel } from '@/environment';
import { live } from '@/features/live/live';

/** Not a secret: it only spares visitors who never signed in a request for a session. */
const HINT = 'swiftdrop.was-signed-in';

/** Where nothing can be kept, the session is asked for at every start. */
const hint = () => localStore.getItem(HINT) === '1' || !localStore.isLasting();

function setHint(on: boolean): void {
  if (on) localStore.setItem(HINT, '1');
  else localStore.removeItem(HINT);
}

export const useSession = defineStore('session', () => {
  const user = ref<User>();
  const isSignedIn = computed(() => user.value !== undefined);
  const isAdmin = computed(() => user.value?.role === 'admin');
  /** Settles when it is known whether somebody is signed in. */
  let restored: Promise<void> | undefined;

  const tellOtherTabs = openChannel('swiftdrop-session', (message) => {
    if (message === 'signed-out') forget();
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
    tellOtherTabs('signed-in');
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
    tellOtherTabs('signed-out');
  }

  async function rename(displayName: string): Promise<void> {
    user.value = await api.updateProfile({ displayName });
  }

  return { user, isSignedIn, isAdmin, restore, login, register, logout, rename, forget };
});
