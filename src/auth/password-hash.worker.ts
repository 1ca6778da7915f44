/**
 * Runs in a worker thread: bcryptjs is plain JavaScript and holds its thread for the whole hash. Under jest
 * Node runs this file as it stands, so it keeps to syntax that can be erased.
 */
import { compareSync, hashSync } from 'bcryptjs';

export function hash({ password, cost }: { password: string; cost: number }): string {
  return hashSync(password, cost);
}

export function compare({ password, passwordHash }: { password: string; passwordHash: string }): boolean {
  return compareSync(password, passwordHash);
}
