import { parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';

export const shapes = ['rush', 'steady', 'sellout', 'mixed', 'soak'] as const;
export type ShapeName = (typeof shapes)[number];

/** The command line was not understood, or asks for what the lab refuses to do; the message is for people. */
export class UsageError extends Error {}

/** Where the load goes: a server that the lab starts itself, with settings, or one that runs elsewhere. */
export type TargetChoice =
  { kind: 'embedded'; settings: Record<string, string> } | { kind: 'remote'; urls: string[] };

export interface RunOptions {
  shape: ShapeName;
  buyers: number;
  stock: number;
  /** Event items that the stock is spread over. */
  items: number;
  /** Arrivals per second; undefined lets every connection go as fast as it is answered. */
  rate: number | undefined;
  durationSeconds: number;
  connections: number;
  /** Processes of the embedded target. */
  instances: number;
  /** Kills and restarts instances of the embedded target during the run. */
  chaos: boolean;
  seed: number;
  target: TargetChoice;
  adminEmail: string | undefined;
  json: string | undefined;
  html: string | undefined;
}

export interface CompareOptions {
  a: TargetChoice;
  b: TargetChoice;
  labels: { a: string; b: string };
  rounds: number;
  run: RunOptions;
}

export type Command =
  { name: 'run'; options: RunOptions } | { name: 'compare'; options: CompareOptions } | { name: 'help' };

/** What a slip of the finger may cost at most; `--unbounded` lifts it for those who mean it. */
const BOUNDS = {
  buyers: 50_000,
  stock: 1_000_000,
  rate: 20_000,
  duration: 3600,
  connections: 10_000,
} as const;

interface Defaults {
  buyers: number;
  stock: number;
  rate: number | undefined;
  durationSeconds: number;
}

const SHAPE_DEFAULTS: Record<ShapeName, Defaults> = {
  rush: { buyers: 2_000, stock: 200, rate: undefined, durationSeconds: 30 },
  steady: { buyers: 5_000, stock: 0, rate: 200, durationSeconds: 30 },
  sellout: { buyers: 2_000, stock: 100, rate: undefined, durationSeconds: 10 },
  mixed: { buyers: 1_000, stock: 5_000, rate: 200, durationSeconds: 30 },
  soak: { buyers: 2_000, stock: 20_000, rate: 100, durationSeconds: 600 },
};

export const HELP = `The drop lab: load-tests a SwiftDrop and gives a verdict.

  lab run      makes a disposable drop, fires, and compares what clients were told with the database
  lab compare  runs two targets or settings in turn, A B A B, and prints ratios pair by pair

What to run
  --shape NAME       rush     every buyer at the opening instant (default)
                     steady   arrivals at a rate, latency from the intended send time
                     sellout  a small stock and a large crowd: mostly refusals
                     mixed    browse, poll, buy, confirm, cancel, retry, log in
                     soak     mixed for long, with reservations that expire
  --buyers N         distinct users, each with a token of their own
  --stock N          units for sale          --items N   event items the stock is spread over (1)
  --rate N           arrivals per second     --duration D   30s, 5m, 1h   (not for rush, which is one instant)
  --connections N    sockets to the server (256)
  --seed N           repeats the same arrivals and choices

Where
  (nothing)          starts a server of its own with full durability, and stops it
  --url URL          a running server; repeat for several instances of one shop
  --admin-email E    its admin; the password comes from LAB_ADMIN_PASSWORD
  --i-own-this-target   needed for anything but this machine
  --set KEY=VALUE    a setting of the embedded server (repeatable)
  --instances N      processes of the embedded server (1)
  --chaos            kills and restarts them while buyers buy (needs two or more)
  --unbounded        lifts the limits on buyers, stock, rate and duration

Results
  --json FILE        --html FILE   a self-contained report
  Exit status: 0 PASS, 1 FAIL, 2 could not run.

Compare
  --a SIDE --b SIDE  a URL, KEY=VALUE settings (comma-separated), or "default"
  --rounds N         pairs of runs (3)
`;

const flags = {
  shape: { type: 'string' },
  buyers: { type: 'string' },
  stock: { type: 'string' },
  items: { type: 'string' },
  rate: { type: 'string' },
  duration: { type: 'string' },
  connections: { type: 'string' },
  seed: { type: 'string' },
  url: { type: 'string', multiple: true },
  'admin-email': { type: 'string' },
  'i-own-this-target': { type: 'boolean' },
  set: { type: 'string', multiple: true },
  instances: { type: 'string' },
  chaos: { type: 'boolean' },
  unbounded: { type: 'boolean' },
  json: { type: 'string' },
  html: { type: 'string' },
  a: { type: 'string' },
  b: { type: 'string' },
  rounds: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parseFlags(args: string[]) {
  return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
}

type Flags = ReturnType<typeof parseFlags>['values'];

/** @throws UsageError naming what is wrong. */
export function parseCommand(args: string[], randomSeed: number): Command {
  const { values, positionals } = readFlags(args);
  const [name, ...surplus] = positionals;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  if (surplus.length > 0) throw new UsageError(`"${surplus[0]}" is one word too many; see lab --help`);
  if (name === 'run') {
    refuseIdleFlags(values, { a: FOR_COMPARE, b: FOR_COMPARE, rounds: FOR_COMPARE });
    const target = chooseTarget(values.url ?? [], settings(values.set ?? []), !!values['i-own-this-target']);
    return { name: 'run', options: runOptions(values, randomSeed, target) };
  }
  if (name === 'compare') return { name: 'compare', options: compareOptions(values, randomSeed) };
  throw new UsageError(
    `"${name}" is no command; there are run and compare${suggestion(name, ['run', 'compare', 'help'])}`,
  );
}

function readFlags(args: string[]): ReturnType<typeof parseFlags> {
  if (args.some((argument) => /^--(admin-)?password\b/.test(argument)))
    throw new UsageError('a password is no flag, since others could read it; set LAB_ADMIN_PASSWORD');
  const known = Object.keys(flags).map((flag) => `--${flag}`);
  const unknown = args.find((argument) => /^--./.test(argument) && !known.includes(nameOf(argument)));
  if (unknown !== undefined)
    throw new UsageError(
      `${nameOf(unknown)} is no option${suggestion(nameOf(unknown), known)}; see lab --help`,
    );
  try {
    return parseFlags(args);
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] as string);
  }
}

const nameOf = (argument: string): string => argument.split('=', 1)[0] as string;

/** Names the word that was probably meant; empty if none is within two slips of the finger. */
function suggestion(word: string, known: string[]): string {
  const nearest = closest(word, known);
  return distance(word, nearest) <= 2 ? `; did you mean ${nearest}?` : '';
}

/** Refuses the flags that would have no effect: whoever writes one expects something of it. */
function refuseIdleFlags(values: Flags, idle: Partial<Record<keyof Flags, string>>): void {
  for (const [flag, reason] of Object.entries(idle))
    if (values[flag as keyof Flags] !== undefined) throw new UsageError(`--${flag} has no effect: ${reason}`);
}

const FOR_COMPARE = 'it belongs to lab compare';
const AT_ONE_INSTANT = 'in a rush, all buyers come at the opening';
const FOR_EMBEDDED = 'it is for the embedded server';
const FOR_REMOTE = 'it is for a server that is running, named by a URL';

function refuseIdleRunFlags(values: Flags, shape: ShapeName, kinds: ReadonlySet<TargetChoice['kind']>): void {
  if (shape === 'rush') refuseIdleFlags(values, { rate: AT_ONE_INSTANT, duration: AT_ONE_INSTANT });
  if (!kinds.has('embedded'))
    refuseIdleFlags(values, { set: FOR_EMBEDDED, instances: FOR_EMBEDDED, chaos: FOR_EMBEDDED });
  if (!kinds.has('remote'))
    refuseIdleFlags(values, { 'admin-email': FOR_REMOTE, 'i-own-this-target': FOR_REMOTE });
}

function runOptions(
  values: Flags,
  randomSeed: number,
  target: TargetChoice,
  other: TargetChoice = target,
): RunOptions {
  const shape = (values.shape ?? 'rush') as ShapeName;
  if (!shapes.includes(shape))
    throw new UsageError(`--shape ${shape} is none of ${shapes.join(', ')}${suggestion(shape, [...shapes])}`);
  refuseIdleRunFlags(values, shape, new Set([target.kind, other.kind]));
  const defaults = SHAPE_DEFAULTS[shape];
  const bound = values.unbounded ? undefined : BOUNDS;
  const buyers = integer('--buyers', values.buyers, 1, bound?.buyers) ?? defaults.buyers;
  const rate = integer('--rate', values.rate, 1, bound?.rate) ?? defaults.rate;
  const durationSeconds = duration(values.duration, bound?.duration) ?? defaults.durationSeconds;
  // A steady run measures sales, so its stock outlasts the arrivals unless told otherwise.
  const ample = Math.ceil((rate ?? 0) * durationSeconds * 1.25);
  const instances = integer('--instances', values.instances, 1, 16) ?? 1;
  if (values.chaos && instances < 2) throw new UsageError('--chaos needs --instances 2 or more');
  if ([target, other].some(({ kind }) => kind === 'remote') && !values['admin-email'])
    throw new UsageError('a URL needs --admin-email, and LAB_ADMIN_PASSWORD in the environment');
  const items = integer('--items', values.items, 1, 100) ?? 1;
  const stock = integer('--stock', values.stock, 1, bound?.stock) ?? (defaults.stock || ample);
  if (stock < items) throw new UsageError('--stock must give each of the --items at least one unit');
  return {
    shape,
    buyers,
    stock,
    items,
    rate,
    durationSeconds,
    connections: integer('--connections', values.connections, 1, bound?.connections) ?? Math.min(buyers, 256),
    instances,
    chaos: !!values.chaos,
    seed: integer('--seed', values.seed, 0, 4_294_967_295) ?? randomSeed,
    target,
    adminEmail: values['admin-email'],
    json: values.json,
    html: values.html,
  };
}

function compareOptions(values: Flags, randomSeed: number): CompareOptions {
  if (!values.a || !values.b) throw new UsageError('lab compare needs --a and --b');
  refuseIdleFlags(values, {
    url: 'lab compare takes its targets from --a and --b',
    html: 'the comparison is printed, and written by --json',
  });
  const shared = settings(values.set ?? []);
  const ownsTarget = !!values['i-own-this-target'];
  const a = side(values.a, shared, ownsTarget);
  const b = side(values.b, shared, ownsTarget);
  return {
    a,
    b,
    labels: { a: values.a, b: values.b },
    rounds: integer('--rounds', values.rounds, 1, 100) ?? 3,
    run: runOptions(values, randomSeed, a, b),
  };
}

function side(text: string, shared: Record<string, string>, ownsTarget: boolean): TargetChoice {
  if (/^https?:/.test(text)) return chooseTarget(text.split(','), {}, ownsTarget);
  const own = text === 'default' ? {} : settings(text.split(','));
  return { kind: 'embedded', settings: { ...shared, ...own } };
}

function settings(pairs: string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(pair);
      if (!match) throw new UsageError(`"${pair}" is no setting; write KEY=VALUE`);
      return [match[1] as string, match[2] as string];
    }),
  );
}

function chooseTarget(urls: string[], set: Record<string, string>, ownsTarget: boolean): TargetChoice {
  if (urls.length === 0) return { kind: 'embedded', settings: set };
  for (const text of urls) {
    if (!URL.canParse(text)) throw new UsageError(`--url ${text} is no URL`);
    const url = new URL(text);
    if (!['http:', 'https:'].includes(url.protocol))
      throw new UsageError(`--url ${text} is not http or https`);
    if (url.username || url.password) throw new UsageError('--url must not carry a login');
    if (!isLoopback(url.hostname) && !ownsTarget)
      throw new UsageError(
        `${url.host} is not this machine; load on it may harm others. If it is yours, add --i-own-this-target`,
      );
  }
  return { kind: 'remote', urls: urls.map((text) => new URL(text).origin) };
}

/** Whether a URL's host name can only mean this machine. `localhost.example.org` does not. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function integer(flag: string, text: string | undefined, min: number, max?: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (!/^[\d_]+$/.test(text) || !Number.isSafeInteger(value) || value < min)
    throw new UsageError(`${flag} ${text} is no whole number from ${min} up`);
  if (max !== undefined && value > max)
    throw new UsageError(`${flag} ${text} is above the limit of ${max}${limitHint(flag)}`);
  return value;
}

function limitHint(flag: string): string {
  return ['--buyers', '--stock', '--rate', '--connections'].includes(flag) ? ' (--unbounded lifts it)' : '';
}

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

function duration(text: string | undefined, maxSeconds: number | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (!match) throw new UsageError(`--duration ${text} is no duration; write 30s, 5m or 1h`);
  const seconds = Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  if (seconds < 0.1) throw new UsageError('--duration must be at least 100ms');
  if (maxSeconds !== undefined && seconds > maxSeconds)
    throw new UsageError(`--duration ${text} is above the limit of ${maxSeconds}s (--unbounded lifts it)`);
  return seconds;
}
