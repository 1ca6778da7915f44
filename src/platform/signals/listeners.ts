import { Logger } from '@nestjs/common';

/**
 * Those who want to hear of something after its commit. What they throw is logged and goes no further: it
 * must not turn what is committed into an error.
 */
export class Listeners<T> {
  private readonly logger = new Logger(Listeners.name);
  private readonly listeners = new Set<(subject: T) => void>();

  /** Returns the way to stop listening. */
  add(listener: (subject: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(subject: T): void {
    for (const listener of this.listeners) {
      try {
        listener(subject);
      } catch (error) {
        this.logger.error({ err: error, msg: 'A listener failed' });
      }
    }
  }
}
