import { randomKey } from '@/environment';

/** A press of the buy button whose answer is not known yet. */
export interface Attempt {
  key: string;
  userId: string;
  eventItemId: string;
  quantity: number;
  startedAt: number;
  /** A request has left whose answer was not seen, so the order may exist. */
  isUncertain: boolean;
}

const PREFIX = 'swiftdrop.attempt.';
/** An attempt older than this is not sent again by itself: nobody remembers having pressed. */
const RESUMABLE_MS = 10 * 60_000;

/**
 * Attempts, written down before their request leaves: after a lost answer or a reload the same key is
 * sent again, and the server answers with the first order instead of selling twice. One tab, one
 * attempt of a user per item, so session storage is the right place.
 */
export class AttemptBook {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly wall: () => number = () => Date.now(),
    private readonly newKey: () => string = randomKey,
  ) {}

  /** The open attempt of this user for this item, or a new one, already written down. */
  begin(userId: string, eventItemId: string, quantity: number): Attempt {
    const open = this.open(userId, eventItemId);
    if (open && open.quantity === quantity) return open;
    const attempt = {
      key: this.newKey(),
      userId,
      eventItemId,
      quantity,
      startedAt: this.wall(),
      isUncertain: false,
    };
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
    const usable = attempt !== undefined && Math.abs(this.wall() - attempt.startedAt) < RESUMABLE_MS;
    if (!usable) this.storage.removeItem(slot);
    return usable ? attempt : undefined;
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
