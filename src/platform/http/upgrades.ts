import type { IncomingMessage, Server } from 'node:http';

const REALTIME_PATH = '/api/v1/realtime';

/**
 * For Node's `shouldUpgradeCallback`: whether a request that offers another protocol asks for the realtime
 * connection. Any other, such as Java's client that offers HTTP/2 with each request, is answered as if it
 * had offered nothing.
 */
export function asksForRealtime({ url, headers }: IncomingMessage): boolean {
  const place = URL.parse(url ?? '', `ws://${headers.host}`);
  return place?.pathname === REALTIME_PATH && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Before the WebSocket adapter listens. Node takes its own listeners off a socket that it hands over; one
 * that breaks before the adapter has its own would end the process.
 */
export function surviveBrokenUpgrades(server: Server): void {
  server.prependListener('upgrade', (_request, socket) => socket.on('error', () => socket.destroy()));
}
