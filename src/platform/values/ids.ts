import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;

/** A UUIDv7: sorts by time of creation, so new rows go to the end of their index. */
export function newId(): string {
  return v7();
}

/**
 * Many at once, in ascending order. Their random parts are drawn in one call: one for each id cost a purchase
 * 3 µs.
 */
export function newIds(count: number): string[] {
  const random = randomFillSync(Buffer.alloc((count + 1) * BYTES));
  const msecs = Date.now();
  // Half of the sequence's range is left to count up in.
  const firstSeq = random.readUInt32LE(count * BYTES) >>> 1;
  return Array.from({ length: count }, (_, index) =>
    v7({ random: random.subarray(index * BYTES, (index + 1) * BYTES), msecs, seq: firstSeq + index }),
  );
}
