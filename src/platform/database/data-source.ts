import { DataSource } from 'typeorm';
import { entities } from '../../entities.js';
import { SESSION_OPTIONS } from './timeouts.js';

export function createDataSource(url: string, poolSize: number): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    entities,
    synchronize: false,
    connectTimeoutMS: 5_000,
    applicationName: 'swiftdrop',
    extra: {
      // pg waits for a free connection for ever unless told otherwise.
      connectionTimeoutMillis: 5_000,
      options: SESSION_OPTIONS,
    },
    poolErrorHandler: () => undefined,
  });
}
