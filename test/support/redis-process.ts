import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './server-process.js';
import { eventually } from './wait.js';

export interface RedisProcess {
  port: number;
  url: string;
  stop(): Promise<void>;
}

/** Debian's redis-server on a free loopback port, which keeps nothing. */
export async function startRedis(program: string): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'swiftdrop-redis-'));
  const port = await freePort();
  const redis = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: 'ignore' },
  );
  const ended = once(redis, 'exit');
  await eventually(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      redis.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
