import type { Provider } from '@nestjs/common';
import { Settings } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import { CommentStore } from './comment.store.js';
import { MongoCommentStore } from './mongo-comment.store.js';
import { MongoConnection } from './mongo-connection.js';
import { MongoReviewStore } from './mongo-review.store.js';
import { PostgresCommentStore } from './postgres-comment.store.js';
import { PostgresReviewStore } from './postgres-review.store.js';
import { ReviewStoreHealth } from './review-store-health.js';
import { ReviewStore } from './review.store.js';

/** Reviews in PostgreSQL are as healthy as PostgreSQL, whose health is told elsewhere. */
class PostgresReviewHealth extends ReviewStoreHealth {
  readonly kind = 'postgresql';

  status(): 'up' {
    return 'up';
  }

  async ping(): Promise<void> {}
}

/** The stores behind the ports: MongoDB if MONGO_URI is set, else PostgreSQL. */
export const reviewStoreProviders: Provider[] = [
  {
    provide: ReviewStoreHealth,
    inject: [Settings],
    useFactory: ({ raw: { MONGO_URI, MONGO_DB_NAME } }: Settings): ReviewStoreHealth =>
      MONGO_URI === undefined ? new PostgresReviewHealth() : new MongoConnection(MONGO_URI, MONGO_DB_NAME),
  },
  {
    provide: ReviewStore,
    inject: [ReviewStoreHealth, Database],
    useFactory: (health: ReviewStoreHealth, database: Database): ReviewStore =>
      health instanceof MongoConnection ? new MongoReviewStore(health) : new PostgresReviewStore(database),
  },
  {
    provide: CommentStore,
    inject: [ReviewStoreHealth, Database],
    useFactory: (health: ReviewStoreHealth, database: Database): CommentStore =>
      health instanceof MongoConnection ? new MongoCommentStore(health) : new PostgresCommentStore(database),
  },
];
