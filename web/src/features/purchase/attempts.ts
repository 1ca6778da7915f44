import type { Money } from '@/api/types';
import { randomKey } from '@/environment';

/** A press of the buy button whose answer is not known yet. */
export interface Attempt {
  key: string;
  userId: string;
  eventItemId: string;
  quantity: number;
  /** The unit price that was seen at the press: nothing is bought at another. */
  price?: Money;
  /** A request has left whose answer was not seen, so the order may exist. */
  isUncertain: boolean;
}

const PREFIX = 'swiftdrop.attempt.';

/**
 * Attempts, written down before their request leaves: after a lost answer or a reload the same key is sent again,
 * however late, and the server answers with the first order instead of selling twice. All tabs share them, so that
 * none of them buys anew what another one does not know of.
 */
export class AttemptBook {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly newKey: () => string = randomKey,
  ) {}

  /**
   * The open attempt of this user for this item, or a new one, already written down. One that may have gone through is
   * open whatever its quantity: until its outcome is known, another number would be a second purchase.
   */
  begin(userId: string, eventItemId: string, quantity: number, price?: Money): Attempt {
    const open = this.open(userId, eventItemId);
    const isSame = open?.quantity === quantity && open.price?.amount === price?.amount;
    if (open && (open.isUncertain || isSame)) return open;
    const attempt = { key: this.newKey(), userId, eventItemId, quantity, price, isUncertain: false };
    this.write(attempt);
    return attempt;
  }

  write(attempt: Attempt): void {
    this.storage.setItem(slotOf(attempt), JSON.stringify(attempt));
  }

  open(userId: string, eventItemId: string): Attempt | undefined {
    const slot = slotOf({ userId, eventItemId });
    const text = this.storage.getItem(slot);
    if (text === null) return undefined;
    const attempt = parse(text);
    if (!attempt) this.storage.removeItem(slot);
    return attempt;
  }

  settle(attempt: Attempt): void {
    this.storage.removeItem(slotOf(attempt));
  }
}

function slotOf({ userId, eventItemId }: Pick<Attempt, 'userId' | 'eventItemId'>): string {
  return `${PREFIX}${userId}.${eventItemId}`;
}

function parse(text: string): Attempt | undefined {
  try {
    const value = JSON.parse(text) as Attempt;
    return typeof value.key === 'string' && typeof value.quantity === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}
