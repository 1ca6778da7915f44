const SECONDS_KEPT = 300;

interface Series {
  times: number[];
  values: number[];
}

/** The last five minutes of a rate that comes once a second, for each event. */
export class RateHistory {
  private readonly points = new Map<string, Series>();

  add(id: string, atSeconds: number, value: number): void {
    const { times, values } = this.series(id);
    if (atSeconds <= (times.at(-1) ?? 0)) return;
    this.keep(id, { times: [...times, atSeconds], values: [...values, value] });
  }

  /** What the server knows, a value a second until then, instead of what was heard; what was heard since stays. */
  fill(id: string, untilSeconds: number, known: readonly number[]): void {
    const { times, values } = this.series(id);
    const heard = times.filter((at) => at <= untilSeconds).length;
    this.keep(id, {
      times: [...known.map((_, index) => untilSeconds - (known.length - 1 - index)), ...times.slice(heard)],
      values: [...known, ...values.slice(heard)],
    });
  }

  series(id: string): Series {
    return this.points.get(id) ?? { times: [], values: [] };
  }

  private keep(id: string, { times, values }: Series): void {
    this.points.set(id, { times: times.slice(-SECONDS_KEPT), values: values.slice(-SECONDS_KEPT) });
  }
}
