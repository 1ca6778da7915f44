export { Database, type Transaction } from './database.js';
export { DatabaseModule } from './database.module.js';
export { DatabaseSignals } from './database-signals.js';
export { readSql } from './read-sql.js';
