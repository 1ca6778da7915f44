import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CouldNotRun } from './api.ts';

/** Tells before a run that its results could not be kept after it. @throws CouldNotRun */
export async function checkWritable(file: string): Promise<void> {
  try {
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (found?.isDirectory()) throw new CouldNotRun(`${file} is a folder; name a file`);
    await access(found ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw error instanceof CouldNotRun ? error : notWritable(file, error);
  }
}

/** Writes a result. @throws CouldNotRun */
export async function save(file: string, text: string, out: NodeJS.WriteStream): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw notWritable(file, error);
  }
  out.write(`wrote ${file}\n`);
}

function notWritable(file: string, error: unknown): CouldNotRun {
  return new CouldNotRun(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
}
