import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Listeners } from '../platform/signals/index.js';

export type SecurityAct =
  | 'login'
  | 'register'
  | 'refresh'
  | 'logout'
  | 'session.end'
  | 'password.change'
  | 'account.activate'
  | 'account.deactivate'
  | 'admin.create'
  | 'refusals';

/** Records security acts, so that an operator sees an attack or follows one afterwards. Holds no secrets. */
export interface SecurityEvent {
  act: SecurityAct;
  outcome: 'ok' | 'failed';
  /** Whom it is about, once that is known. */
  userId?: string;
  /** The actor, if that is somebody else. */
  actorId?: string;
  sessionId?: string;
  /** Whom it was meant for, where there may be no such user: see `accountOf`. */
  account?: string;
  address?: string;
  device?: string;
  reason?: string;
  /** Of refusals: how many so far, and in how many seconds. */
  count?: number;
  seconds?: number;
}

/** Logs the acts that security rests on, each with its outcome, and tells those who count them. */
@Injectable()
export class SecurityEvents {
  private readonly logger = new Logger('Security');
  private readonly listeners = new Listeners<SecurityEvent>();

  /** Returns the way to stop listening. */
  onEvent(listener: (event: SecurityEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  record(event: SecurityEvent): void {
    const line = { msg: `${event.act}: ${event.reason ?? event.outcome}`, security: true, ...event };
    // A flood of failures is shortened as warnings are; what went well is never left out.
    if (event.outcome === 'ok') this.logger.log(line);
    else this.logger.warn(line);
    this.listeners.tell(event);
  }
}

/** Names an email without telling it: equal ones can be seen to be equal. */
export function accountOf(email: string): string {
  return createHash('sha256').update(email).digest('base64url').slice(0, 16);
}
