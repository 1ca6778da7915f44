const POINTS_KEPT = 300;

/** The last five minutes of a rate that comes once a second, for each event. */
export class RateHistory {
  private readonly points = new Map<string, { times: number[]; values: number[] }>();

  add(id: string, atSeconds: number, value: number): void {
    const { times, values } = this.series(id);
    if (atSeconds <= (times.at(-1) ?? 0)) return;
    this.points.set(id, {
      times: [...times, atSeconds].slice(-POINTS_KEPT),
      values: [...values, value].slice(-POINTS_KEPT),
    });
  }

  series(id: string): { times: number[]; values: number[] } {
    return this.points.get(id) ?? { times: [], values: [] };
  }
}
