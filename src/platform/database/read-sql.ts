import { readFileSync } from 'node:fs';

/**
 * The statement in `sql/<operation>.sql` beside the module at `moduleUrl`. Call it once, when the module is loaded:
 * it reads the file.
 */
export function readSql(moduleUrl: string, operation: string): string {
  return readFileSync(new URL(`./sql/${operation}.sql`, moduleUrl), 'utf8');
}
