import type { AcknowledgedOrder } from '../ledger.ts';
import type { RunOptions, ShapeName } from '../options.ts';
import { Acts, type Stage } from './acts.ts';
import { closedLoop, openLoop, waitUntil } from './pace.ts';

export interface Account {
  email: string;
  password: string;
}

export interface Shape {
  /** What it shows, for the report. */
  purpose: string;
  /** Whether shoppers with passwords are needed. */
  logsIn: boolean;
  perUserLimit(options: RunOptions): number;
  reservationTtlSeconds: number;
  /** Sends the load, from the opening on, and resolves when all of it has been answered. */
  drive(stage: Stage, options: RunOptions, accounts: readonly Account[]): Promise<void>;
}

/** Longer than any bounded run but a soak, so that what was acknowledged still stands at the census. */
const LONG_TTL_SECONDS = 3_600;
const SOAK_TTL_SECONDS = 10;

const crowd: Shape['drive'] = async (stage) => {
  const acts = new Acts(stage);
  await waitUntil(stage.openingAt);
  const order = shuffled(stage);
  await Promise.all(
    order.map((buyer, index) => acts.purchase(buyer, itemFor(stage, index), stage.openingAt)),
  );
};

/** Fires for as long as the options say: open at a rate, or as fast as the shop answers. */
async function fromTheOpening(
  { openingAt, random, signal }: Stage,
  { connections, durationSeconds, rate }: RunOptions,
  fire: (intendedAt: number, index: number) => Promise<void>,
): Promise<void> {
  await waitUntil(openingAt);
  const common = { startAt: openingAt, durationMs: durationSeconds * 1000, signal, fire };
  if (rate === undefined) await closedLoop({ ...common, lanes: connections });
  else await openLoop({ ...common, rate, random });
}

/** The next buyer and item in turn. */
const stream: Shape['drive'] = async (stage, options) => {
  const acts = new Acts(stage);
  const order = shuffled(stage);
  const fire = async (intendedAt: number, index: number) => {
    await acts.purchase(order[index % order.length] as number, itemFor(stage, index), intendedAt);
  };
  await fromTheOpening(stage, options, fire);
};

/** Shares of the acts in a mixed crowd; the rest of 1 are looks at the drop. */
const MIX = {
  browse: 0.25,
  purchase: 0.25,
  confirm: 0.08,
  cancel: 0.05,
  duel: 0.02,
  replay: 0.08,
  login: 0.01,
};

const everything: Shape['drive'] = async (stage, options, accounts) => {
  const acts = new Acts(stage);
  const { random } = stage;
  /** Orders whose buyers have not resolved them yet; an act takes one out, so that no two meet unmeant. */
  const open: AcknowledgedOrder[] = [];
  /** A bounded memory of orders to ask for again. */
  const known: AcknowledgedOrder[] = [];
  const takeOpen = () => {
    const index = random.below(open.length);
    const taken = open[index];
    const last = open.pop();
    if (taken !== undefined && last !== undefined && taken !== last) open[index] = last;
    return taken;
  };
  const buy = async (intendedAt: number, index: number) => {
    const order = await acts.purchase(random.below(stage.buyers.length), itemFor(stage, index), intendedAt);
    if (order === undefined) return;
    open.push(order);
    if (known.length < 1000) known.push(order);
    else known[random.below(known.length)] = order;
  };
  const fire = async (intendedAt: number, index: number): Promise<void> => {
    let draw = random.next();
    const falls = (share: number) => (draw -= share) < 0;
    if (falls(MIX.browse)) return acts.browse(intendedAt);
    if (falls(MIX.purchase)) return buy(intendedAt, index);
    if (falls(MIX.replay)) {
      const order = known[random.below(known.length)];
      return order ? acts.replay(order, intendedAt) : buy(intendedAt, index);
    }
    if (falls(MIX.login)) {
      const account = accounts[random.below(accounts.length)];
      return account ? acts.login(account, intendedAt) : acts.look(intendedAt);
    }
    if (falls(MIX.confirm + MIX.cancel + MIX.duel)) {
      const order = takeOpen();
      if (order === undefined) return buy(intendedAt, index);
      if (-draw < MIX.duel) {
        // Both at once: exactly one may win, and the ledger notices if both were told they did.
        await Promise.all([
          acts.resolve(order, 'confirm', intendedAt),
          acts.resolve(order, 'cancel', intendedAt),
        ]);
        return;
      }
      await acts.resolve(order, -draw < MIX.duel + MIX.cancel ? 'cancel' : 'confirm', intendedAt);
      return;
    }
    return acts.look(intendedAt);
  };
  await fromTheOpening(stage, options, fire);
};

export const shapeBook: Record<ShapeName, Shape> = {
  rush: {
    purpose: 'every buyer at the opening instant',
    logsIn: false,
    perUserLimit: () => 1,
    reservationTtlSeconds: LONG_TTL_SECONDS,
    drive: crowd,
  },
  steady: {
    purpose: 'arrivals at a rate, latency from the intended send time',
    logsIn: false,
    // Buyers come round again where there are more arrivals than buyers.
    perUserLimit: ({ rate, durationSeconds, buyers, connections }) =>
      Math.max(1, Math.ceil(((rate ?? connections * 500) * durationSeconds * 1.25) / buyers)),
    reservationTtlSeconds: LONG_TTL_SECONDS,
    drive: stream,
  },
  sellout: {
    purpose: 'a small stock and a large crowd: mostly refusals',
    logsIn: false,
    perUserLimit: () => 1,
    reservationTtlSeconds: LONG_TTL_SECONDS,
    drive: stream,
  },
  mixed: {
    purpose: 'browse, poll, buy, confirm, cancel, retry with the same key, log in',
    logsIn: true,
    perUserLimit: () => 3,
    reservationTtlSeconds: LONG_TTL_SECONDS,
    drive: everything,
  },
  soak: {
    purpose: 'everything for long, with reservations that expire',
    logsIn: true,
    perUserLimit: () => 10,
    reservationTtlSeconds: SOAK_TTL_SECONDS,
    drive: everything,
  },
};

function itemFor(stage: Stage, index: number): string {
  return stage.eventItemIds[index % stage.eventItemIds.length] as string;
}

/** The buyers' order of arrival, by the seed. */
function shuffled(stage: Stage): number[] {
  const order = stage.buyers.map((_, index) => index);
  for (let index = order.length - 1; index > 0; index--) {
    const other = stage.random.below(index + 1);
    [order[index], order[other]] = [order[other] as number, order[index] as number];
  }
  return order;
}
