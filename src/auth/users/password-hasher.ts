import { extname } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Settings } from '../../platform/config/index.js';
import { authErrors } from '../auth.errors.js';
import type { Worked } from './password-hash.worker.js';
import { MAX_PASSWORD_BYTES } from './password.js';

/** Whoever would wait longer for a free thread is better told to come back. */
const MAX_WAIT_MS = 5_000;

/** On the 2-core machine this was built on; each step of the cost doubles it. What is true here is learnt from the work. */
const HASH_MS_AT_COST_10 = 60;
/** How much the last task says of how long the next will take. */
const WEIGHT_OF_LAST = 0.2;

const BCRYPT_HASH_LENGTH = 60;

/** The worker is the neighbour of this file: .js when built, .ts when jest runs the sources. */
const WORKER = new URL(`./password-hash.worker${extname(import.meta.url)}`, import.meta.url).href;

/** bcrypt in worker threads, so that a storm of logins never holds up the event loop that sells. */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly pool: Piscina;
  private readonly cost: number;
  private readonly threads: number;
  private readonly dummyHash: string;

  /** How long a task keeps its thread, which is longer where others want the core. */
  private taskMs: number;

  constructor(settings: Settings) {
    this.cost = settings.raw.PASSWORD_HASH_COST;
    this.threads = settings.passwordHashThreads;
    this.taskMs = HASH_MS_AT_COST_10 * 2 ** (this.cost - 10);
    // Well formed, of our cost, and the hash of nothing known: comparing with it takes just as long.
    this.dummyHash = `$2b$${String(this.cost).padStart(2, '0')}$${'N'.repeat(21)}u${'N'.repeat(30)}u`;
    this.pool = new Piscina({
      filename: WORKER,
      minThreads: 1,
      maxThreads: this.threads,
      idleTimeout: 30_000,
      // Where cores are few, the operating system gives them to the purchases first.
      niceIncrement: 10,
    });
  }

  /** @throws AUTH_BUSY */
  hash(password: string): Promise<string> {
    return this.run('hash', { password: password.normalize('NFC'), cost: this.cost });
  }

  /** Whether the hash was made at another cost than PASSWORD_HASH_COST. */
  isOutdated(passwordHash: string): boolean {
    return !passwordHash.startsWith(`$2b$${String(this.cost).padStart(2, '0')}$`);
  }

  /**
   * Whether `password` is the one that was hashed. Without a hash (no such user, or one that nobody logs in
   * as) it is never, after the same work. Hashes are of normalised text (NFC); older ones are of what the keyboard
   * sent, so an accented password is tried in each form.
   * @throws AUTH_BUSY
   */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    const forms = new Set([password.normalize('NFC'), password, password.normalize('NFD')]);
    for (const form of forms) if (await this.isHashOf(form, passwordHash)) return true;
    return false;
  }

  /** After the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async isHashOf(password: string, passwordHash: string | undefined): Promise<boolean> {
    // bcrypt would ignore what comes after byte 72, and take a longer password for the right one.
    const possible =
      passwordHash?.length === BCRYPT_HASH_LENGTH && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
    const equal = await this.run<boolean>('compare', {
      password,
      passwordHash: possible ? passwordHash : this.dummyHash,
    });
    return equal && possible;
  }

  private async run<Value>(name: string, task: object): Promise<Value> {
    const waitMs = (this.pool.queueSize * this.taskMs) / this.threads;
    if (waitMs >= MAX_WAIT_MS) throw authErrors.AUTH_BUSY({ retryAfterSeconds: 2 });
    const { value, tookMs } = (await this.pool.run(task, { name })) as Worked<Value>;
    this.taskMs += (tookMs - this.taskMs) * WEIGHT_OF_LAST;
    return value;
  }
}
