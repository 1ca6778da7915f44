import { v7 } from 'uuid';

/** A UUIDv7: sorts by time of creation, so new rows go to the end of their index. */
export function newId(): string {
  return v7();
}
