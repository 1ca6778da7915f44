import { Injectable, Logger } from '@nestjs/common';
import { MAX_PAGE_SIZE } from '../platform/http/index.js';
import { Database } from '../platform/database/index.js';
import { CommentsService, ReviewsService } from '../reviews/index.js';
import { demoPast, type DemoComment } from './demo-drops.js';
import { SeedRepository } from './seed.repository.js';

interface PastDemo {
  eventId: string;
  /** Ids by email. */
  users: ReadonlyMap<string, string>;
  /** Ids of catalogue items by slug. */
  items: ReadonlyMap<string, string>;
}

/** What the demo's shoppers say about the drop that is over. */
@Injectable()
export class DemoDiscussion {
  private readonly logger = new Logger(DemoDiscussion.name);

  constructor(
    private readonly database: Database,
    private readonly repository: SeedRepository,
    private readonly reviews: ReviewsService,
    private readonly comments: CommentsService,
  ) {}

  /**
   * Writes reviews and threads as their authors, unless there is a thread already. The shop starts without them
   * when their store cannot be reached, since it sells without it too; the next start tries again.
   */
  async seed(past: PastDemo): Promise<void> {
    try {
      // The transaction does nothing but hold the lock: of instances that start at once, one writes.
      await this.database.transaction(async (transaction) => {
        if (!(await this.repository.tryLockDiscussion(transaction))) return;
        const { data: threads } = await this.comments.listThreads(past.eventId, { limit: 1 });
        if (threads.length > 0) return;
        await this.writeReviews(past);
        await this.writeThreads(past);
      });
    } catch (error) {
      this.logger.warn({ err: error, msg: 'The demo starts without its reviews and comments' });
    }
  }

  private async writeReviews({ users, items }: PastDemo): Promise<void> {
    for (const { shopper, slug, rating, text } of demoPast.reviews) {
      const [userId, itemId] = [users.get(shopper) as string, items.get(slug) as string];
      const { data: written } = await this.reviews.list(itemId, { limit: MAX_PAGE_SIZE });
      // What a visitor wrote with a demo login stays.
      if (written.some(({ author }) => author.id === userId)) continue;
      await this.reviews.put(userId, itemId, { rating, text });
    }
  }

  private async writeThreads({ eventId, users }: PastDemo): Promise<void> {
    const user = (email: string) => users.get(email) as string;
    const replyAll = async (parentId: string, replies: DemoComment[] = []): Promise<void> => {
      for (const { author, text, replies: further } of replies)
        await replyAll((await this.comments.reply(user(author), parentId, text)).id, further);
    };
    for (const { author, text, replies } of demoPast.comments)
      await replyAll((await this.comments.startThread(user(author), eventId, text)).id, replies);
  }
}
