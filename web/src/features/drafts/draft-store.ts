import { tabStore } from '@/environment';

const PREFIX = 'swiftdrop.draft.';

const slotOf = (userId: string, place: string) => `${PREFIX}${userId}.${place}`;

/** What a user has typed at a place and not sent yet; undefined if nothing, or nothing that can be read. */
export function readDraft<T>(userId: string, place: string): T | undefined {
  try {
    return JSON.parse(tabStore.getItem(slotOf(userId, place)) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeDraft(userId: string, place: string, draft: unknown): void {
  if (draft === undefined) tabStore.removeItem(slotOf(userId, place));
  else tabStore.setItem(slotOf(userId, place), JSON.stringify(draft));
}

/** Drops everything that the user has typed in this tab: they have logged out. */
export function forgetDrafts(userId: string): void {
  for (const key of tabStore.keys()) if (key.startsWith(slotOf(userId, ''))) tabStore.removeItem(key);
}
