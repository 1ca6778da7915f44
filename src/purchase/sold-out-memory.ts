/**
 * How long a "sold out" is repeated without asking. It is also how long a shopper may be refused a unit that
 * another instance has just got back; a refused shopper who tries again half a second later cannot be
 * refused by the same memory. A yes never comes from here.
 */
export const SOLD_OUT_MEMORY_MS = 250;

const MAX_ITEMS = 10_000;

/** The event items of which this instance has just seen the last unit gone. */
export class SoldOutMemory {
  private readonly forgetAt = new Map<string, number>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  remember(itemId: string): void {
    // Taking it out first puts it last in the map's order, so the oldest entry is always the first.
    this.forgetAt.delete(itemId);
    this.forgetAt.set(itemId, this.now() + SOLD_OUT_MEMORY_MS);
    if (this.forgetAt.size > MAX_ITEMS) this.forgetAt.delete(this.forgetAt.keys().next().value as string);
  }

  forget(itemId: string): void {
    this.forgetAt.delete(itemId);
  }

  has(itemId: string): boolean {
    const until = this.forgetAt.get(itemId);
    if (until === undefined) return false;
    if (this.now() < until) return true;
    this.forgetAt.delete(itemId);
    return false;
  }
}
