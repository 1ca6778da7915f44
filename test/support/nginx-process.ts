import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './server-process.js';
import { eventually } from './wait.js';

export interface NginxProcess {
  url: string;
  tlsUrl: string;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** Ports of the instances on 127.0.0.1. */
  upstreams: readonly number[];
  /** The built shop. */
  root: string;
  /** PEM files for the site with TLS; without them it is the plain site. */
  tls?: { certificate: string; key: string };
  /** Names a header whose address nginx takes for the sender's, for addresses that this machine does not have. */
  addressHeader?: string;
}

/** The repository's own nginx files, with the ports and folders of this test. */
export async function startNginx(program: string, options: NginxOptions): Promise<NginxProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'swiftdrop-nginx-'));
  await cp('nginx', folder, { recursive: true });
  await cp('/etc/nginx/mime.types', join(folder, 'mime.types'));
  const rewrite = async (file: string, change: (text: string) => string) =>
    writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')));
  const [port, tlsPort] = [await freePort(), await freePort()];

  await rewrite('nginx.conf', (text) => text.replaceAll('/tmp/', `${folder}/`));
  await rewrite('upstream.conf', (text) =>
    text.replace(
      /(api-\d):3000/g,
      (_, name: string) => `127.0.0.1:${options.upstreams[Number(name.at(-1)) - 1]}`,
    ),
  );
  const site = await readFile(join(folder, options.tls ? 'site.tls.conf' : 'site.conf'), 'utf8');
  await writeFile(
    join(folder, 'site.conf'),
    site
      .replace('8080', `127.0.0.1:${port}`)
      .replace('8443', `127.0.0.1:${tlsPort}`)
      .replace('/usr/share/nginx/html', options.root)
      .replace('/etc/nginx/tls/fullchain.pem', options.tls?.certificate ?? '')
      .replace('/etc/nginx/tls/privkey.pem', options.tls?.key ?? '') +
      (options.addressHeader
        ? `set_real_ip_from 127.0.0.1;\nreal_ip_header ${options.addressHeader};\n`
        : ''),
  );

  const log = await open(join(folder, 'error.log'), 'w');
  // As root, nginx would hand its workers to a user who may not enter this private folder.
  const globals = `daemon off;${process.getuid?.() === 0 ? ' user root;' : ''}`;
  const nginx = spawn(program, ['-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', globals], {
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(nginx, 'exit');
  const url = `http://127.0.0.1:${port}`;
  try {
    await eventually(async () => {
      if (nginx.exitCode !== null) throw new Error(await readFile(join(folder, 'error.log'), 'utf8'));
      await (await fetch(`${url}/favicon.ico`, { redirect: 'manual' })).arrayBuffer();
    });
  } catch (error) {
    nginx.kill('SIGKILL');
    throw error;
  } finally {
    await log.close();
  }
  return {
    url,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
    async stop() {
      nginx.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
