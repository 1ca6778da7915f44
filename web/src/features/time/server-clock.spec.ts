import { describe, expect, it } from 'vitest';
import { ServerClock } from './server-clock';
import { takeSamples } from './synchronise';

/** A machine whose monotonic clock starts anywhere and whose wall clock is wrong. */
class Machine {
  at = 5_000;
  wallError = 3_600_000;
  sleptUnnoticed = 0;
  readonly epoch = Date.UTC(2026, 10, 21);
  monotonic = () => this.at;
  wall = () => this.epoch + this.at + this.sleptUnnoticed + this.wallError;
  /** The true time, which the server tells. */
  trueTime = () => this.epoch + this.at + this.sleptUnnoticed;
  sample(roundTrip: number, asymmetry = 0.5) {
    const sentAt = this.at;
    const serverTime = this.trueTime() + roundTrip * asymmetry;
    this.at += roundTrip;
    return { sentAt, receivedAt: this.at, serverTime };
  }
}

describe('ServerClock', () => {
  it('shows the server’s time whatever the machine’s own clock says', () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add(machine.sample(40));
    expect(clock.now()).toBeCloseTo(machine.trueTime(), 3);
    machine.wallError = -7_200_000;
    machine.at += 10_000;
    expect(clock.now()).toBeCloseTo(machine.trueTime(), 3);
  });

  it('believes the fastest of several round trips', () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add(machine.sample(20));
    clock.add(machine.sample(900, 0.95));
    machine.at += 1_000;
    expect(Math.abs(clock.now() - machine.trueTime())).toBeLessThanOrEqual(clock.uncertaintyMs);
    expect(clock.uncertaintyMs).toBe(10);
  });

  it('works off a small error without a jump and never backwards', () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add(machine.sample(1_000, 1));
    expect(clock.now() - machine.trueTime()).toBeCloseTo(500, 0);
    clock.add(machine.sample(10));
    let before = clock.now();
    for (let frame = 0; frame < 200; frame++) {
      machine.at += 16;
      const now = clock.now();
      expect(now).toBeGreaterThan(before);
      expect(now - before).toBeLessThan(16 * 1.3);
      before = now;
    }
    expect(clock.now()).toBeCloseTo(machine.trueTime(), 3);
  });

  it('notices a sleep through which the monotonic clock stood still, and is right after the next sample', () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add(machine.sample(10));
    expect(clock.noticesGap()).toBe(false);
    machine.sleptUnnoticed = 3_600_000;
    expect(clock.noticesGap()).toBe(true);
    clock.forget();
    clock.add(machine.sample(80));
    expect(clock.now()).toBeCloseTo(machine.trueTime(), 3);
    expect(clock.noticesGap()).toBe(false);
  });

  it('keeps what it has when the server cannot be asked', async () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add(machine.sample(10));
    await takeSamples(clock, () => Promise.reject(new Error('offline')), machine.monotonic);
    machine.at += 500;
    expect(clock.now()).toBeCloseTo(machine.trueTime(), 3);
  });

  it('ignores a sample that cannot be', () => {
    const machine = new Machine();
    const clock = new ServerClock(machine);
    clock.add({ sentAt: 10, receivedAt: 5, serverTime: 1 });
    clock.add({ sentAt: 1, receivedAt: 5, serverTime: Number.NaN });
    expect(clock.isSynchronised).toBe(false);
  });
});
