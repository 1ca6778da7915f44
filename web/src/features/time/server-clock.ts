/** What the clock reads time from; tests give their own. */
export interface TimeSource {
  /** Milliseconds that only grow, from any origin. */
  monotonic(): number;
  /** The machine's idea of the time. It may be wrong; only its *changes* are used, to notice a sleep. */
  wall(): number;
}

const browserTime: TimeSource = { monotonic: () => performance.now(), wall: () => Date.now() };

/** One round trip: when it left and came back on the monotonic clock, and the time that the server told. */
export interface Sample {
  sentAt: number;
  receivedAt: number;
  serverTime: number;
}

interface Reading {
  /** Server time minus monotonic time. */
  offset: number;
  roundTrip: number;
  takenAt: number;
}

const SAMPLES_KEPT = 8;
/** Readings age: a quartz clock drifts some 50 ppm, which is 30 ms in ten minutes. */
const SAMPLE_LIFE_MS = 10 * 60_000;
/** Larger errors come from sleep, not from jitter: they are set at once, since showing them for long misleads. */
const STEP_ABOVE_MS = 2_000;
/** Smaller ones are worked off at a quarter of real time: never backwards, never a visible jump. */
const SLEW_RATE = 0.25;
const SLEEP_NOTICED_ABOVE_MS = 1_500;

/**
 * The server's time, shown on this machine's monotonic clock.
 *
 * Invariants: readings never go backwards except when a step of more than two seconds is due; the
 * machine's own wall clock may be wrong by any amount. The best of several round trips is the one that
 * was fastest, since its offset is wrong by at most half of its duration.
 */
export class ServerClock {
  private readings: Reading[] = [];
  private shownOffset: number | undefined;
  private slewedAt = 0;
  private lastWallMinusMonotonic: number;

  constructor(private readonly time: TimeSource = browserTime) {
    this.lastWallMinusMonotonic = time.wall() - time.monotonic();
  }

  get isSynchronised(): boolean {
    return this.readings.length > 0;
  }

  /** Half of the fastest round trip: the largest error that the network can have caused. */
  get uncertaintyMs(): number {
    return this.best() ? (this.best() as Reading).roundTrip / 2 : Number.POSITIVE_INFINITY;
  }

  add(sample: Sample): void {
    const roundTrip = sample.receivedAt - sample.sentAt;
    if (!Number.isFinite(sample.serverTime) || roundTrip < 0) return;
    const reading = {
      offset: sample.serverTime + roundTrip / 2 - sample.receivedAt,
      roundTrip,
      takenAt: sample.receivedAt,
    };
    const fresh = this.readings.filter((other) => sample.receivedAt - other.takenAt < SAMPLE_LIFE_MS);
    this.readings = [...fresh, reading].slice(-SAMPLES_KEPT);
    if (this.shownOffset === undefined) {
      this.shownOffset = (this.best() as Reading).offset;
      this.slewedAt = this.time.monotonic();
    }
  }

  /** The server's time now, in epoch milliseconds; the machine's own until the first sample. */
  now(): number {
    const monotonic = this.time.monotonic();
    const best = this.best();
    if (!best || this.shownOffset === undefined) return this.time.wall();
    const error = best.offset - this.shownOffset;
    const elapsed = Math.max(0, monotonic - this.slewedAt);
    this.slewedAt = monotonic;
    if (Math.abs(error) > STEP_ABOVE_MS) this.shownOffset = best.offset;
    else this.shownOffset += Math.sign(error) * Math.min(Math.abs(error), elapsed * SLEW_RATE);
    return monotonic + this.shownOffset;
  }

  /**
   * Whether the machine slept, or somebody set its clock, since this was last asked. Monotonic clocks
   * stand still during sleep in some browsers, so all former readings are void then.
   */
  noticesGap(): boolean {
    const difference = this.time.wall() - this.time.monotonic();
    const gap = Math.abs(difference - this.lastWallMinusMonotonic) > SLEEP_NOTICED_ABOVE_MS;
    this.lastWallMinusMonotonic = difference;
    return gap;
  }

  /** Drops what was measured; what is shown goes on until a new sample comes. */
  forget(): void {
    const shown = this.best();
    this.readings = shown ? [{ ...shown, roundTrip: Number.MAX_SAFE_INTEGER }] : [];
  }

  private best(): Reading | undefined {
    return this.readings.reduce<Reading | undefined>(
      (best, reading) => (!best || reading.roundTrip < best.roundTrip ? reading : best),
      undefined,
    );
  }
}
