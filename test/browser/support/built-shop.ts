import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Settings of a server that serves the shop as `npm run build` left it. @throws if it has not been built */
export function withBuiltShop(): { WEB_DIR: string } {
  const directory = resolve('web/dist');
  if (!existsSync(join(directory, 'index.html'))) throw new Error(`No shop in ${directory}: npm run build`);
  return { WEB_DIR: directory };
}
