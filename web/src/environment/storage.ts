const PROBE = 'swiftdrop.probe';

/**
 * A browser's storage that never throws. Storage may be forbidden (the very getter throws), absent (null in
 * some web views) or full; what cannot be written then lasts as long as the page.
 */
export class SafeStorage {
  private readonly memory = new Map<string, string>();

  constructor(private readonly browsers: () => Storage | null | undefined) {}

  getItem(key: string): string | null {
    return this.memory.get(key) ?? this.attempt((storage) => storage.getItem(key)) ?? null;
  }

  setItem(key: string, value: string): void {
    const isWritten = this.attempt((storage) => (storage.setItem(key, value), true));
    if (isWritten) return void this.memory.delete(key);
    this.memory.set(key, value);
    // An older value must not come back with the next load.
    this.attempt((storage) => storage.removeItem(key));
  }

  removeItem(key: string): void {
    this.memory.delete(key);
    this.attempt((storage) => storage.removeItem(key));
  }

  keys(): string[] {
    const kept = this.attempt((storage) =>
      Array.from({ length: storage.length }, (_, at) => storage.key(at)),
    );
    return [...new Set([...this.memory.keys(), ...(kept ?? [])])].filter((key) => key !== null);
  }

  /** Tells whether a value written now is there after a reload. */
  isLasting(): boolean {
    const isWritten = this.attempt((storage) => (storage.setItem(PROBE, PROBE), true)) ?? false;
    this.attempt((storage) => storage.removeItem(PROBE));
    return isWritten;
  }

  private attempt<T>(act: (storage: Storage) => T): T | undefined {
    try {
      const storage = this.browsers();
      return storage ? act(storage) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Shared by all tabs of the shop, and kept. */
export const localStore = new SafeStorage(() => localStorage);

/** One tab's own, and kept over its reloads. */
export const tabStore = new SafeStorage(() => sessionStorage);
