import { Injectable, Logger } from '@nestjs/common';
import { CommentsService, ReviewsService } from '../reviews/index.js';
import { demoPast, type DemoComment } from './demo-drops.js';

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
    private readonly reviews: ReviewsService,
    private readonly comments: CommentsService,
  ) {}

  /**
   * Writes reviews and threads as their authors. The shop starts without them when their store cannot be
   * reached, since it sells without it too.
   */
  async seed({ eventId, users, items }: PastDemo): Promise<void> {
    const user = (email: string) => users.get(email) as string;
    const replyAll = async (parentId: string, replies: DemoComment[] = []): Promise<void> => {
      for (const { author, text, replies: further } of replies)
        await replyAll((await this.comments.reply(user(author), parentId, text)).id, further);
    };
    try {
      for (const { shopper, slug, rating, text } of demoPast.reviews)
        await this.reviews.put(user(shopper), items.get(slug) as string, { rating, text });
      for (const { author, text, replies } of demoPast.comments)
        await replyAll((await this.comments.startThread(user(author), eventId, text)).id, replies);
    } catch (error) {
      this.logger.warn({ err: error, msg: 'The demo starts without its reviews and comments' });
    }
  }
}
