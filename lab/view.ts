import type { Meter } from './load/meter.ts';
import { percentilesOf } from './load/meter.ts';
import type { RunOptions } from './options.ts';

const REDRAW_MS = 250;
const LINE_MS = 1_000;
const BAR_WIDTH = 30;

/** The state of a run while it runs: a block that redraws itself on a terminal, plain lines elsewhere. */
export class View {
  private readonly out: NodeJS.WriteStream;
  private readonly options: RunOptions;
  private timer: NodeJS.Timeout | undefined;
  private drawn = 0;
  private before = { at: 0, yes: 0, no: 0 };

  constructor(out: NodeJS.WriteStream, options: RunOptions) {
    this.out = out;
    this.options = options;
  }

  /** A line that stays. */
  say(text: string): void {
    this.erase();
    this.out.write(`${text}\n`);
  }

  start(meter: Meter, stockLeft: () => number | undefined): void {
    this.before = { at: performance.now(), yes: 0, no: 0 };
    const show = () => (this.out.isTTY ? this.redraw(meter, stockLeft()) : this.line(meter, stockLeft()));
    this.timer = setInterval(show, this.out.isTTY ? REDRAW_MS : LINE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.erase();
  }

  private line(meter: Meter, stock: number | undefined): void {
    const { orders, refusals } = this.rates(meter);
    const { p50, p99 } = percentilesOf(meter.latency);
    this.out.write(
      `${meter.secondsAt(performance.now()).toFixed(0).padStart(4)}s  ` +
        `${orders.padStart(7)} orders/s  ${refusals.padStart(7)} refusals/s  ` +
        `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  stock ${stock ?? '?'}  errors ${meter.failed.count}\n`,
    );
  }

  private redraw(meter: Meter, stock: number | undefined): void {
    const { orders, refusals } = this.rates(meter);
    const { p50, p99, max } = percentilesOf(meter.latency);
    const seconds = meter.secondsAt(performance.now());
    const done =
      this.options.shape === 'rush'
        ? (meter.yes.count + meter.no.count) / this.options.buyers
        : seconds / this.options.durationSeconds;
    const left = (stock ?? this.options.stock) / this.options.stock;
    this.erase();
    const lines = [
      `  run    ${bar(done)} ${Math.min(100, done * 100)
        .toFixed(0)
        .padStart(3)} %   ${seconds.toFixed(1)} s`,
      `  stock  ${bar(left)} ${String(stock ?? '?').padStart(5)} left of ${this.options.stock}`,
      `  yes    ${String(meter.yes.count).padStart(9)}   ${orders.padStart(7)} /s`,
      `  no     ${String(meter.no.count).padStart(9)}   ${refusals.padStart(7)} /s`,
      `  errors ${String(meter.failed.count).padStart(9)}`,
      `  p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms   max ${max.toFixed(1)} ms`,
    ];
    this.out.write(`${lines.join('\n')}\n`);
    this.drawn = lines.length;
  }

  private rates(meter: Meter): { orders: string; refusals: string } {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.before.at) / 1000);
    const orders = Math.round((meter.yes.count - this.before.yes) / seconds);
    const refusals = Math.round((meter.no.count - this.before.no) / seconds);
    this.before = { at: now, yes: meter.yes.count, no: meter.no.count };
    return { orders: String(orders), refusals: String(refusals) };
  }

  private erase(): void {
    if (this.drawn > 0) this.out.write(`\x1b[${this.drawn}A\x1b[0J`);
    this.drawn = 0;
  }
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}
