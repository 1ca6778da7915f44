import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';

@Injectable()
export class ShopTimeRepository {
  constructor(private readonly database: Database) {}

  async read(): Promise<Date> {
    const [row]: { at: Date }[] = await this.database.reader.query('SELECT clock_timestamp() AS at');
    return (row as { at: Date }).at;
  }
}
