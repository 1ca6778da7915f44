import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './wait.js';

export interface ShopProcess {
  pid: number;
  /** Everything it has printed so far, on both streams. */
  output(): string;
  /** Resolves with the address in the banner once the shop is open. @throws if it ends before */
  opened(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** What every start in these tests has, so that nothing of the caller's shell steers it. */
const PLAIN = {
  PATH: process.env.PATH,
  PORT: '0',
  SEED_DEMO: 'off',
  RATE_LIMITS: 'off',
  PASSWORD_HASH_COST: '4',
};

/** `node dist/main.js` as a person starts it, or `start`. `wrapper` is a command that runs it, such as setpriv. */
export function startShop(
  settings: Record<string, string>,
  wrapper: string[] = [],
  start = [process.execPath, 'dist/main.js'],
): ShopProcess {
  const [command = process.execPath, ...args] = [...wrapper, ...start];
  const child = spawn(command, args, { env: { ...PLAIN, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  return {
    pid: child.pid as number,
    output: () => output,
    async opened() {
      let url: string | undefined;
      await eventually(() => {
        url = /Shop +(http\S+)/.exec(output)?.[1];
        if (url === undefined && !hasEnded) throw new Error(`It has not opened:\n${output}`);
      }, 45_000);
      if (url === undefined) throw new Error(`It ended instead of opening:\n${output}`);
      return url;
    },
    signal: (name) => void child.kill(name),
    ended,
  };
}
