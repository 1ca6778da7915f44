/**
 * How long a "sold out" is repeated without asking. It is also how long a shopper may be refused a unit that
 * another instance has just got back; a refused shopper who tries again half a second later cannot be
 * refused by the same memory. A yes never comes from here.
 */
export const SOLD_OUT_MEMORY_MS = 250;

/**
 * How long it is repeated to requests with an idempotency key. Such a request may be a replay, to which "sold out"
 * would be a lie, so it is refused from here only if its user was seen to have no order of the item, whatever
 * became of it.
 */
export const KEYED_MEMORY_MS = 100;

const MAX_ITEMS = 10_000;

/** An item that is known to be gone. What is told to one that has been forgotten has no effect. */
export interface GoneItem {
  until: number;
  /** Everyone who had an order of the item when they were read, good until then. */
  buyers?: { users: ReadonlySet<string>; until: number };
  buyersAreBeingRead?: boolean;
}

/**
 * The event items of which this instance has just seen the last unit gone.
 *
 * Who has no order in a snapshot that was taken t ago can only have got one since, and only from stock that
 * came back since. If either passed through this instance, it has forgotten the item by then, and a request with
 * a key waits for what becomes of its user's other claims here. So the one whose replay may be refused is a
 * shopper who bought a returned unit from another instance, lost the answer and repeats the request here, all
 * within KEYED_MEMORY_MS; the order exists, and the next attempt is told of it.
 */
export class SoldOutMemory {
  private readonly gone = new Map<string, GoneItem>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(readonly now: () => number = () => performance.now()) {}

  remember(itemId: string): GoneItem {
    const item: GoneItem = this.gone.get(itemId) ?? { until: 0 };
    item.until = this.now() + SOLD_OUT_MEMORY_MS;
    // Taking it out first puts it last in the map's order, so the oldest entry is always the first.
    this.gone.delete(itemId);
    this.gone.set(itemId, item);
    if (this.gone.size > MAX_ITEMS) this.gone.delete(this.gone.keys().next().value as string);
    return item;
  }

  forget(itemId: string): void {
    this.gone.delete(itemId);
  }

  /** @param keyed whether the user's request may be a replay. */
  refuses(itemId: string, userId: string, keyed: boolean): boolean {
    const item = this.gone.get(itemId);
    if (item === undefined) return false;
    if (item.until <= this.now()) {
      this.gone.delete(itemId);
      return false;
    }
    if (!keyed) return true;
    const { buyers } = item;
    return buyers !== undefined && this.now() < buyers.until && !buyers.users.has(userId);
  }
}
