import { randomBytes } from 'node:crypto';
import { createConnection } from 'mongoose';

/** MongoDB, or its stand-in; undefined where there is none (global-setup.js has said so loudly). */
const testMongoUri = process.env.TEST_MONGO_URI;

/** `describe` where there is a MongoDB; else its tests are counted as skipped. */
export const describeOnMongo = testMongoUri === undefined ? describe.skip : describe;

/** Settings for a MongoDB database of its own. */
export function mongoSettings(): { MONGO_URI: string; MONGO_DB_NAME: string } {
  return { MONGO_URI: testMongoUri as string, MONGO_DB_NAME: `test_${randomBytes(6).toString('hex')}` };
}

export async function dropMongoDatabase(name: string): Promise<void> {
  const connection = await createConnection(testMongoUri as string, { dbName: name }).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
