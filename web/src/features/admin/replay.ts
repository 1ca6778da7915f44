import type { AdminEvent } from '@/api/types';

export interface ReplayOrder {
  id: string;
  eventItemId: string;
  quantity: number;
  status: string;
  createdAt: string;
}

export interface Replay {
  /** Seconds since the epoch, at the start of each interval. */
  times: number[];
  orders: number[];
  /** Units not taken by any order made so far; what came back later is not put back in time. */
  unsold: number[];
  confirmed: number;
  total: number;
  secondsToSellOut: number | undefined;
}

const INTERVALS = 120;

/** What happened in a drop, from its orders: orders and unsold units over the time in which it sold. */
export function replayOf(event: AdminEvent, orders: readonly ReplayOrder[]): Replay {
  const sorted = orders.map((order) => Date.parse(order.createdAt)).sort((one, other) => one - other);
  const opened = Date.parse(event.openedAt ?? event.startsAt);
  const first = Math.min(opened, sorted[0] ?? opened);
  const last = Math.max(sorted.at(-1) ?? first, first + 1_000);
  const width = Math.max(1_000, Math.ceil((last - first) / INTERVALS / 1_000) * 1_000);
  const count = Math.floor((last - first) / width) + 1;
  const perInterval = new Array<number>(count).fill(0);
  const units = new Array<number>(count).fill(0);
  for (const order of orders) {
    const at = Math.floor((Date.parse(order.createdAt) - first) / width);
    perInterval[at] = (perInterval[at] ?? 0) + 1;
    units[at] = (units[at] ?? 0) + order.quantity;
  }
  let left = event.items.reduce((sum, item) => sum + item.stockTotal, 0);
  const soldOutAt = event.soldOutAt ? Date.parse(event.soldOutAt) : undefined;
  return {
    times: perInterval.map((_, index) => (first + index * width) / 1000),
    orders: perInterval,
    unsold: units.map((taken) => (left = Math.max(0, left - taken))),
    confirmed: orders.filter((order) => order.status === 'confirmed').length,
    total: orders.length,
    secondsToSellOut: soldOutAt === undefined ? undefined : (soldOutAt - opened) / 1000,
  };
}
