import { Injectable } from '@nestjs/common';

/**
 * The time of this machine, for timers and tokens. What may be sold is decided by the database's clock,
 * never by this one.
 */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
