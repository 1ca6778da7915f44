const REST_PER_WORK = 4;

/**
 * Runs `work` for a key at most once per interval, however often it is asked: at once when the key was
 * quiet, else once more at the end of the interval. A run that is still under way is never overlapped, and
 * a run that took long is followed by a rest of four times that, so that no audience, however large, gets more than
 * a fifth of the instance.
 */
export class Coalescer {
  private readonly keys = new Map<string, { again: boolean; timer: NodeJS.Timeout | undefined }>();

  constructor(
    private readonly intervalMs: number,
    private readonly work: (key: string) => Promise<void>,
  ) {}

  request(key: string): void {
    const state = this.keys.get(key);
    if (state) {
      state.again = true;
      return;
    }
    this.run(key);
  }

  stop(): void {
    for (const { timer } of this.keys.values()) clearTimeout(timer);
    this.keys.clear();
  }

  private run(key: string): void {
    const state = { again: false, timer: undefined as NodeJS.Timeout | undefined };
    this.keys.set(key, state);
    const startedAt = performance.now();
    const settle = () => {
      if (this.keys.get(key) !== state) return;
      const tookMs = performance.now() - startedAt;
      const rest = Math.max(this.intervalMs - tookMs, REST_PER_WORK * tookMs);
      state.timer = setTimeout(() => {
        this.keys.delete(key);
        if (state.again) this.run(key);
      }, rest);
      state.timer.unref();
    };
    // What failed is asked for again by the next change, or found by the reader's next look.
    this.work(key).then(settle, settle);
  }
}
