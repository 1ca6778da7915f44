import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { newId } from '../../src/platform/values/index.js';
import { Settings } from '../../src/platform/config/index.js';
import { entities } from '../../src/entities.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/index.js';
import type { Comment, CommentStore } from '../../src/reviews/comment.store.js';
import { MongoCommentStore } from '../../src/reviews/mongo-comment.store.js';
import { MongoConnection } from '../../src/reviews/mongo-connection.js';
import { MongoReviewStore } from '../../src/reviews/mongo-review.store.js';
import { PostgresCommentStore } from '../../src/reviews/postgres-comment.store.js';
import { PostgresReviewStore } from '../../src/reviews/postgres-review.store.js';
import type { ReviewStore } from '../../src/reviews/review.store.js';
import { TEST_SETTINGS } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { describeOnMongo, dropMongoDatabase, mongoSettings } from '../support/test-mongo.js';

/** One contract for both stores of reviews and comments: whatever runs here must not tell them apart. */

interface Stores {
  reviews: ReviewStore;
  comments: CommentStore;
  /** How many queries reached the store so far. */
  queries: () => number;
}

beforeAll(() => Logger.overrideLogger(false));

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let access: Database;

  contract(
    async () => {
      database = await createTestDatabase();
      const settings = Settings.parse({ ...TEST_SETTINGS, DATABASE_URL: database.url });
      dataSource = await createDataSource(database.url, 10, entities).initialize();
      access = new Database(dataSource, settings);
      let queries = 0;
      dataSource.logger = Object.assign(Object.create(dataSource.logger), { logQuery: () => queries++ });
      return {
        reviews: new PostgresReviewStore(access),
        comments: new PostgresCommentStore(access),
        queries: () => queries,
      };
    },
    async () => {
      await access.onApplicationShutdown();
      await dataSource.destroy();
      await database.drop();
    },
  );
});

describeOnMongo('on MongoDB', () => {
  const { MONGO_URI, MONGO_DB_NAME } = mongoSettings();
  let connection: MongoConnection;

  contract(
    async () => {
      connection = new MongoConnection(MONGO_URI, MONGO_DB_NAME);
      connection.onModuleInit();
      let queries = 0;
      connection.threads.db.on('operation-start', () => queries++);
      return {
        reviews: new MongoReviewStore(connection),
        comments: new MongoCommentStore(connection),
        queries: () => queries,
      };
    },
    async () => {
      await connection.onApplicationShutdown();
      await dropMongoDatabase(MONGO_DB_NAME);
    },
  );

  it.each([{ $gt: '' }, { $ne: null }, { $where: '1' }, ['x']])(
    'never passes %j to a filter, whatever the types claim',
    async (operator) => {
      const smuggled = operator as unknown as string;
      const reviews = new MongoReviewStore(connection);
      const comments = new MongoCommentStore(connection);
      const at = new Date();
      await expect(reviews.find(smuggled)).rejects.toThrow('strings only');
      await expect(reviews.findOf(smuggled, newId())).rejects.toThrow('strings only');
      await expect(reviews.findOf(newId(), smuggled)).rejects.toThrow('strings only');
      await expect(reviews.remove(smuggled)).rejects.toThrow('strings only');
      await expect(reviews.countByRating(smuggled)).rejects.toThrow('strings only');
      await expect(reviews.list(smuggled, 5)).rejects.toThrow('strings only');
      await expect(reviews.list(newId(), 5, smuggled)).rejects.toThrow('strings only');
      await expect(
        reviews.put({ id: newId(), itemId: smuggled, userId: newId(), rating: 1, text: null, at }),
      ).rejects.toThrow('strings only');
      await expect(comments.find(smuggled)).rejects.toThrow('strings only');
      await expect(comments.listThreads(smuggled, 5, 100)).rejects.toThrow('strings only');
      await expect(comments.listThreads(newId(), 5, 100, smuggled)).rejects.toThrow('strings only');
      for (const [author, event] of [
        [smuggled, newId()],
        [newId(), smuggled],
      ] as [string, string][]) {
        await expect((async () => comments.newestBy(author, event, 5))()).rejects.toThrow('strings only');
        await expect(comments.removeAllBy(author, event, at)).rejects.toThrow('strings only');
      }
    },
  );
});

function contract(open: () => Promise<Stores>, close: () => Promise<void>): void {
  let reviews: ReviewStore;
  let comments: CommentStore;
  let queries: () => number;

  beforeAll(async () => {
    ({ reviews, comments, queries } = await open());
  });
  afterAll(() => close());

  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds, 123));

  describe('reviews', () => {
    const draft = (
      itemId: string,
      userId: string,
      rating: number,
      text: string | null = null,
      seconds = 0,
    ) => ({
      ...{ id: newId(), itemId, userId, rating, text },
      at: at(seconds),
    });

    it('adds a first review and replaces it later, keeping its id and its time of creation', async () => {
      const [itemId, userId] = [newId(), newId()];
      const first = await reviews.put(draft(itemId, userId, 2, 'Meh.\n"quoted" \u{1f600} ﷽'));
      expect(first.created).toBe(true);
      expect(first.review).toEqual({
        ...{ id: expect.any(String), itemId, userId, rating: 2, text: 'Meh.\n"quoted" \u{1f600} ﷽' },
        ...{ createdAt: at(0), updatedAt: at(0) },
      });
      const second = await reviews.put(draft(itemId, userId, 5, null, 9));
      expect(second).toEqual({
        created: false,
        review: { ...first.review, rating: 5, text: null, updatedAt: at(9) },
      });
      expect(await reviews.find(first.review.id)).toEqual(second.review);
      expect(await reviews.list(itemId, 10)).toEqual([second.review]);
    });

    it('finds the review of one shopper and one item, as it is now', async () => {
      const [itemId, userId] = [newId(), newId()];
      await reviews.put(draft(itemId, newId(), 1, 'of somebody else'));
      await reviews.put(draft(newId(), userId, 1, 'of another item'));
      expect(await reviews.findOf(itemId, userId)).toBeUndefined();
      await reviews.put(draft(itemId, userId, 2, 'first'));
      const { review } = await reviews.put(draft(itemId, userId, 4, 'second', 9));
      expect(await reviews.findOf(itemId, userId)).toEqual(review);
      await reviews.remove(review.id);
      expect(await reviews.findOf(itemId, userId)).toBeUndefined();
    });

    it('lists newest first in pages that neither overlap nor leave out', async () => {
      const itemId = newId();
      const added: string[] = [];
      for (let index = 0; index < 7; index++)
        added.unshift((await reviews.put(draft(itemId, newId(), (index % 5) + 1))).review.id);
      await reviews.put(draft(newId(), newId(), 1));
      const pages: string[][] = [];
      let before: string | undefined;
      do {
        const page: string[] = (await reviews.list(itemId, 3, before)).map(({ id }) => id);
        pages.push(page);
        before = page.at(-1);
      } while (before !== undefined);
      expect(pages.map((page) => page.length)).toEqual([3, 3, 1, 0]);
      expect(pages.flat()).toEqual(added);
    });

    it('counts how many gave each rating', async () => {
      const itemId = newId();
      expect(await reviews.countByRating(itemId)).toEqual(new Map());
      for (const rating of [5, 5, 1, 5, 4]) await reviews.put(draft(itemId, newId(), rating));
      await reviews.put(draft(newId(), newId(), 3));
      const counts = await reviews.countByRating(itemId);
      expect(new Map([...counts].sort())).toEqual(
        new Map([...[[1, 1]], ...[[4, 1]], [5, 3]] as [number, number][]),
      );
    });

    it('removes once, and then a new review of the same shopper is a new one', async () => {
      const [itemId, userId] = [newId(), newId()];
      const { review } = await reviews.put(draft(itemId, userId, 2));
      expect(await reviews.remove(review.id)).toBe(true);
      expect(await reviews.remove(review.id)).toBe(false);
      expect(await reviews.find(review.id)).toBeUndefined();
      const again = await reviews.put(draft(itemId, userId, 3));
      expect(again.created).toBe(true);
      expect(again.review.id).not.toBe(review.id);
    });

    it('keeps one review when a shopper sends many first ones at once', async () => {
      for (let round = 0; round < 5; round++) {
        const [itemId, userId] = [newId(), newId()];
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, index) => reviews.put(draft(itemId, userId, (index % 5) + 1))),
        );
        expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
        expect(new Set(outcomes.map(({ review }) => review.id)).size).toBe(1);
        expect(await reviews.list(itemId, 10)).toHaveLength(1);
      }
    });
  });

  describe('comments', () => {
    const draft = (text: string, seconds = 0) => ({
      ...{ id: newId(), authorId: newId(), text },
      at: at(seconds),
    });
    const reply = async (parent: Comment, text: string) =>
      (await comments.addReply(parent, draft(text), 100)) as Comment;

    it('gives threads back whole, newest thread first, replies by age', async () => {
      const eventId = newId();
      const first = await comments.startThread(eventId, draft('first \u{1f600}', 1));
      const second = await comments.startThread(eventId, draft('second', 2));
      await comments.startThread(newId(), draft('elsewhere', 3));
      const reply1 = await reply(first, 'reply 1');
      const reply2 = await reply(first, 'reply 2');
      const nested = await reply(reply1, 'nested');
      expect(first).toMatchObject({
        threadId: first.id,
        parentId: null,
        depth: 0,
        eventId,
        createdAt: at(1),
      });
      expect(nested).toMatchObject({ threadId: first.id, parentId: reply1.id, depth: 2, eventId });
      expect(await comments.listThreads(eventId, 10, 100)).toEqual([
        [second],
        [first, reply1, reply2, nested],
      ]);
      for (const comment of [first, reply1, nested]) expect(await comments.find(comment.id)).toEqual(comment);
      expect(await comments.find(newId())).toBeUndefined();
    });

    it('pages by threads, whatever the number of replies', async () => {
      const eventId = newId();
      const started: string[] = [];
      for (let index = 0; index < 5; index++) {
        const thread = await comments.startThread(eventId, draft(`thread ${index}`));
        started.unshift(thread.id);
        for (let replies = 0; replies < index; replies++) await reply(thread, 'reply');
      }
      const before = queries();
      const page1 = await comments.listThreads(eventId, 2, 100);
      expect(queries() - before).toBe(1);
      const page2 = await comments.listThreads(eventId, 2, 100, page1.at(-1)?.[0]?.id);
      const page3 = await comments.listThreads(eventId, 2, 100, page2.at(-1)?.[0]?.id);
      expect([page1, page2, page3].map((page) => page.map((thread) => thread.length))).toEqual([
        [5, 4],
        [3, 2],
        [1],
      ]);
      expect([...page1, ...page2, ...page3].map(([root]) => root?.id)).toEqual(started);
    });

    it('brings no further thread once a page has comments enough', async () => {
      const eventId = newId();
      const lengths = async (maxComments: number) =>
        (await comments.listThreads(eventId, 10, maxComments)).map((thread) => thread.length);
      for (const replies of [0, 3, 1, 2]) {
        const thread = await comments.startThread(eventId, draft('thread'));
        for (let index = 0; index < replies; index++) await reply(thread, 'reply');
      }
      expect(await lengths(1)).toEqual([3]);
      expect(await lengths(3)).toEqual([3]);
      expect(await lengths(4)).toEqual([3, 2]);
      expect(await lengths(5)).toEqual([3, 2]);
      expect(await lengths(6)).toEqual([3, 2, 4]);
      expect(await lengths(10)).toEqual([3, 2, 4, 1]);
    });

    it('lists the replies of a thread by themselves, by age, in pages', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      const first = await reply(root, 'first');
      const all = [first, await reply(first, 'nested'), await reply(root, 'last')];
      await reply(await comments.startThread(root.eventId, draft('other')), 'elsewhere');
      expect(await comments.listReplies(root.id, 10)).toEqual(all);
      expect(await comments.listReplies(root.id, 2)).toEqual(all.slice(0, 2));
      expect(await comments.listReplies(root.id, 2, all[1]?.id)).toEqual(all.slice(2));
      expect(await comments.listReplies(newId(), 2)).toEqual([]);
    });

    it('puts the first comment first, whatever the clock of the instance that took a reply', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      const early = { ...draft('early'), id: `00000000${root.id.slice(8)}` };
      const answer = await comments.addReply(root, early, 100);
      expect(await comments.listThreads(root.eventId, 10, 100)).toEqual([[root, answer]]);
    });

    it('erases the text of a removed comment and keeps its place', async () => {
      const eventId = newId();
      const root = await comments.startThread(eventId, draft('root'));
      const reply1 = await reply(root, 'reply 1');
      const nested = await reply(reply1, 'nested');
      await comments.remove(reply1, at(30));
      await comments.remove(reply1, at(40));
      const removedReply = { ...reply1, text: '', removedAt: at(30) };
      expect(await comments.listThreads(eventId, 10, 100)).toEqual([[root, removedReply, nested]]);
      expect(await comments.find(reply1.id)).toEqual(removedReply);
      await comments.remove(root, at(50));
      expect(await comments.listThreads(eventId, 10, 100)).toEqual([
        [{ ...root, text: '', removedAt: at(50) }, removedReply, nested],
      ]);
      expect(await comments.addReply(root, draft('late'), 100)).toBeUndefined();
      expect(await comments.addReply(reply1, draft('late'), 100)).toBeUndefined();
    });

    it('drops what is removed and has no reply left below it, the thread included', async () => {
      const eventId = newId();
      const other = await comments.startThread(eventId, draft('other'));
      const root = await comments.startThread(eventId, draft('root'));
      const reply1 = await reply(root, 'reply 1');
      const nested = await reply(reply1, 'nested');
      const reply2 = await reply(root, 'reply 2');
      await comments.remove(reply1, at(30));
      await comments.remove(nested, at(31));
      expect(await comments.listThreads(eventId, 10, 100)).toEqual([[root, reply2], [other]]);
      for (const gone of [reply1, nested]) expect(await comments.find(gone.id)).toBeUndefined();
      expect(await comments.addReply(nested, draft('too late'), 100)).toBeUndefined();
      await comments.remove(root, at(32));
      await comments.remove(reply2, at(33));
      await comments.remove(reply2, at(34));
      expect(await comments.listThreads(eventId, 10, 100)).toEqual([[other]]);
      expect(await comments.find(root.id)).toBeUndefined();
      expect(await comments.addReply(root, draft('too late'), 100)).toBeUndefined();
    });

    it('counts replies that stand alone against the limit of their thread', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      const add = (parent: Comment) => comments.addReply(parent, draft('reply'), 2);
      const [first, second] = [(await add(root)) as Comment, (await add(root)) as Comment];
      expect(await add(root)).toBeUndefined();
      await comments.remove(first, at(30));
      const third = (await add(second)) as Comment;
      expect(third).toBeDefined();
      expect(await add(root)).toBeUndefined();
      // It keeps its place for the reply, and still does not count.
      await comments.remove(second, at(31));
      expect(await add(third)).toBeDefined();
      expect(await add(root)).toBeUndefined();
    });

    it('removes all comments of one author, in one event or everywhere, and nobody else’s', async () => {
      const [here, there, author] = [newId(), newId(), newId()];
      const by = (text: string) => ({ ...draft(text), authorId: author });
      const spam = await comments.startThread(here, by('spam'));
      const answered = await comments.startThread(here, by('answered spam'));
      const answer = await reply(answered, 'stop it');
      const honest = await comments.startThread(here, draft('honest'));
      for (let index = 0; index < 3; index++) await comments.addReply(honest, by('spam'), 100);
      const kept = await reply(honest, 'thanks');
      const elsewhere = await comments.startThread(there, by('elsewhere'));
      expect(await comments.removeAllBy(author, here, at(30))).toEqual({ comments: 5, eventIds: [here] });
      expect(await comments.listThreads(here, 10, 100)).toEqual([
        [honest, kept],
        [{ ...answered, text: '', removedAt: at(30) }, answer],
      ]);
      expect(await comments.find(spam.id)).toBeUndefined();
      expect(await comments.listThreads(there, 10, 100)).toEqual([[elsewhere]]);
      expect(await comments.removeAllBy(author, undefined, at(31))).toEqual({
        comments: 1,
        eventIds: [there],
      });
      expect(await comments.removeAllBy(author, undefined, at(32))).toEqual({ comments: 0, eventIds: [] });
      expect(await comments.listThreads(there, 10, 100)).toEqual([]);
    });

    it('tells when an author’s newest standing comments on an event were written', async () => {
      const [eventId, author] = [newId(), newId()];
      const by = (text: string, seconds: number) => ({ ...draft(text, seconds), authorId: author });
      expect(await comments.newestBy(author, eventId, 3)).toEqual([]);
      const root = await comments.startThread(eventId, by('1', 1));
      await comments.startThread(newId(), by('elsewhere', 9));
      await reply(root, 'of somebody else');
      for (const seconds of [5, 3, 7]) await comments.addReply(root, by('reply', seconds), 100);
      const [last] = [await comments.addReply(root, by('removed', 8), 100)] as [Comment];
      await comments.remove(last, at(30));
      await comments.startThread(eventId, by('6', 6));
      expect(await comments.newestBy(author, eventId, 3)).toEqual([at(7), at(6), at(5)]);
      expect(await comments.newestBy(author, eventId, 10)).toEqual([7, 6, 5, 3, 1].map(at));
    });

    it('adds a comment once, however often and however many at once bring its id', async () => {
      const eventId = newId();
      const first = draft('first');
      const roots = await Promise.all(Array.from({ length: 5 }, () => comments.startThread(eventId, first)));
      const [root] = roots as [Comment];
      for (const one of roots) expect(one).toEqual(root);
      const second = draft('second');
      const replies = await Promise.all(Array.from({ length: 5 }, () => comments.addReply(root, second, 2)));
      for (const one of replies) expect(one).toMatchObject({ id: second.id, text: 'second' });
      await comments.addReply(root, draft('third'), 2);
      expect(await comments.addReply(root, { ...second, at: at(9) }, 2)).toEqual(replies[0]);
      expect(await comments.addReply(root, draft('too many'), 2)).toBeUndefined();
      const [thread, ...others] = await comments.listThreads(eventId, 5, 100);
      expect(thread?.map(({ text }) => text).sort()).toEqual(['first', 'second', 'third']);
      expect(others).toEqual([]);
    });

    it('adds no reply to a thread that does not exist', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      expect(await comments.addReply({ ...root, threadId: newId() }, draft('lost'), 100)).toBeUndefined();
    });

    it('lets exactly the limit through when more replies arrive at once', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) => comments.addReply(root, draft(`reply ${index}`), 12)),
      );
      const accepted = outcomes.filter((outcome) => outcome !== undefined);
      expect(accepted).toHaveLength(12);
      const [thread] = await comments.listThreads(root.eventId, 1, 100);
      expect(thread?.slice(1).map(({ id }) => id)).toEqual(accepted.map(({ id }) => id).sort());
    });

    it('loses no reply to removals at the same time, and leaves none without its parent', async () => {
      const root = await comments.startThread(newId(), draft('root'));
      const replies = await Promise.all(Array.from({ length: 5 }, () => reply(root, 'reply')));
      const outcomes = await Promise.all([
        ...replies.map((one) => comments.remove(one, at(30))),
        ...Array.from({ length: 5 }, () => comments.addReply(root, draft('late'), 100)),
        ...replies.map((one) => comments.addReply(one, draft('nested'), 100)),
      ]);
      const nested = outcomes.filter((outcome) => outcome?.text === 'nested');
      const [thread = []] = await comments.listThreads(root.eventId, 1, 100);
      const stubs = replies.filter(({ id }) => nested.some((one) => one?.parentId === id));
      expect(thread.map(({ text }) => text).sort()).toEqual([
        ...stubs.map(() => ''),
        ...Array(5).fill('late'),
        ...nested.map(() => 'nested'),
        'root',
      ]);
      const ids = new Set(thread.map(({ id }) => id));
      for (const { parentId } of thread.slice(1)) expect(ids).toContain(parentId);
    });
  });
}
