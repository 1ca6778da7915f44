import { DataSource, type DataSourceOptions } from 'typeorm';
import { SESSION_OPTIONS } from './timeouts.js';

/** Entity classes; the modules' own, given by src/entities.ts. */
export type Entities = DataSourceOptions['entities'];

export function createDataSource(url: string, poolSize: number, entities: Entities): DataSource {
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
