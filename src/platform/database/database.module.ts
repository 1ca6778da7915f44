import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Database } from './database.js';

@Global()
@Module({})
export class DatabaseModule {
  /** @param dataSource an initialised, migrated data source; the module closes it. */
  static with(dataSource: DataSource): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({ useFactory: () => ({}), dataSourceFactory: async () => dataSource }),
      ],
      providers: [Database],
      exports: [Database],
    };
  }
}
