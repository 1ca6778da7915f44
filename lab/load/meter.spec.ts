import { Meter } from './meter.ts';

describe('the rates of a run', () => {
  let meter: Meter;
  beforeEach(() => {
    meter = new Meter();
    meter.start(1_000);
  });
  afterEach(() => meter.stop());

  it('are none where all answers came within a moment', () => {
    meter.granted(1_000, 1_000, 1_004);
    for (let answer = 0; answer < 45; answer++) meter.refused('SOLD_OUT', 1_000, 1_000, 1_005 + answer / 45);
    expect(meter.refusalsPerSecond).toBeNull();
    expect(meter.ordersPerSecond).toBeNull();
  });

  it('count the answers over the time that they took', () => {
    for (let answer = 1; answer <= 50; answer++) meter.granted(1_000, 1_000, 1_000 + answer * 10);
    for (let answer = 0; answer <= 50; answer++) meter.refused('SOLD_OUT', 1_000, 1_000, 1_500 + answer * 10);
    expect(meter.ordersPerSecond).toBe(100);
    expect(meter.refusalsPerSecond).toBe(102);
  });

  it('are zero where nothing came', () => {
    expect(meter.refusalsPerSecond).toBe(0);
  });
});
