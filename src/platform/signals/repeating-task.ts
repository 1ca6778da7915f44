import { Logger } from '@nestjs/common';

/**
 * Work that is done again and again, never twice at once here, and whose failures are left to the next round: the first
 * of a row is logged, and so is the recovery. `@Interval` or a timer calls `run`.
 */
export class RepeatingTask {
  private readonly logger = new Logger('RepeatingTask');
  private running: Promise<void> | undefined;
  private isFailing = false;
  private stopped = false;

  /**
   * @param name for the log, such as "Expiring reservations"
   * @param work a round; a long one should look at `isStopped` between its steps
   */
  constructor(
    private readonly name: string,
    private readonly work: () => Promise<unknown>,
  ) {}

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Does a round, or joins the one that is under way. Never rejects. */
  run(): Promise<void> {
    if (this.stopped) return this.running ?? Promise.resolve();
    this.running ??= this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Begins no more rounds, and resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async round(): Promise<void> {
    try {
      await this.work();
      if (this.isFailing) this.logger.log(`${this.name} works again`);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing && !this.stopped)
        this.logger.warn({ err: error, msg: `${this.name} fails; trying on` });
      this.isFailing = true;
    }
  }
}
