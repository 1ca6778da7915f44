import { createServer } from 'node:net';
import { BootError } from '../config/index.js';

/** The settings that a failure names. */
const PUBLIC_NAMES = { port: 'PORT', host: 'HOST' };

/**
 * Finds out whether the port can be had, before anything else is touched.
 * @throws BootError
 */
export async function checkPort(port: number, host: string, names = PUBLIC_NAMES): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ port, host, exclusive: true }, resolve);
    });
  } catch (error) {
    throw explainListenError(error, port, host, names);
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** The same words for the check and for the real thing, which somebody may have beaten in between. */
export function explainListenError(error: unknown, port: number, host: string, names = PUBLIC_NAMES): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new BootError(`Port ${port} on ${host} is taken; stop what uses it or set another ${names.port}`);
  if (code === 'EACCES')
    return new BootError(`Port ${port} on ${host} needs more rights than we have; set another ${names.port}`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new BootError(`${names.host} ${host} is not an address of this machine (${code})`);
  return error as Error;
}
