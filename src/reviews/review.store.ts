/** What one shopper thinks of one catalogue item; there is at most one per shopper and item. */
export interface Review {
  /** A UUIDv7: sorting by it sorts by creation. */
  id: string;
  itemId: string;
  userId: string;
  rating: number;
  text: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface ReviewDraft {
  /** The review's id if it is the shopper's first of the item; else the standing one is kept. */
  id: string;
  itemId: string;
  userId: string;
  rating: number;
  text: string | null;
  at: Date;
}

/**
 * Where reviews are kept. Each write is one atomic act of the store, which is why none takes a transaction:
 * the two stores behind this port share none (docs/adr/0002-two-stores-and-one-port.md).
 * Every method throws REVIEWS_UNAVAILABLE, within a second, while its store cannot be reached.
 */
export abstract class ReviewStore {
  /** Adds the shopper's review of the item or replaces it; of two first ones at once, one adds. */
  abstract put(draft: ReviewDraft): Promise<{ review: Review; created: boolean }>;

  /** The item's reviews, newest first, at most `limit`, those created before review `before`. */
  abstract list(itemId: string, limit: number, before?: string): Promise<Review[]>;

  /** How many reviews gave each rating; ratings that nobody gave are absent. */
  abstract countByRating(itemId: string): Promise<Map<number, number>>;

  abstract find(id: string): Promise<Review | undefined>;

  /** The shopper's review of the item. */
  abstract findOf(itemId: string, userId: string): Promise<Review | undefined>;

  /** @returns whether there was such a review. */
  abstract remove(id: string): Promise<boolean>;
}
