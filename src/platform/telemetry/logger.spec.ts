import { Writable } from 'node:stream';
import { Settings } from '../config/index.js';
import { createLogger, NestLogger } from './logger.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://shop:gT5vQ2@db/shop',
  JWT_SECRET: 'uY3kQ9vB7mZ2xC5nL8pR4tW6sD1fG0hJ',
  COOKIE_SECURE: 'on',
};

describe('the log', () => {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const loggerFor = (settings: Record<string, string>) =>
    new NestLogger(createLogger(Settings.parse(settings), sink));
  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  sink.setMaxListeners(0);

  beforeEach(() => (text = ''));

  it('is JSON in production and readable elsewhere', () => {
    loggerFor(PRODUCTION).log('Listening', 'SwiftDrop');
    expect(lines()).toEqual([
      { level: 'info', time: expect.any(String), context: 'SwiftDrop', msg: 'Listening' },
    ]);
    text = '';
    loggerFor({}).log('Listening', 'SwiftDrop');
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: SwiftDrop: Listening\n$/);
  });

  it('keeps secrets out, also those that errors of drivers carry', () => {
    const logger = loggerFor(PRODUCTION);
    const failure = Object.assign(
      new Error('duplicate key value violates unique constraint "users_email_unique"'),
      {
        code: '23505',
        constraint: 'users_email_unique',
        detail: 'Key (email)=(ada@example.org) already exists.',
        parameters: ['ada@example.org', '$2b$10$hash'],
        query: 'INSERT INTO users …',
      },
    );
    logger.error({ err: failure, msg: 'It failed', password: 'hunter2' }, 'Test');
    logger.warn({
      msg: 'Odd',
      headers: { authorization: 'Bearer abc', cookie: 'refresh=def' },
      token: 'ghi',
    });
    expect(text).toContain('users_email_unique');
    expect(text).toContain('23505');
    for (const secret of ['ada@', '$2b$', 'INSERT', 'hunter2', 'Bearer', 'refresh=', 'ghi'])
      expect(text).not.toContain(secret);
  });

  it('tells where an error came from, but not of an outage again and again', () => {
    const logger = loggerFor(PRODUCTION);
    logger.error(new Error('a bug'), 'Test');
    expect(lines()[0]?.err).toMatchObject({ type: 'Error', stack: expect.stringContaining('logger.spec') });
    text = '';
    logger.error({ err: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), msg: 'Away' }, 'Test');
    expect(lines()[0]?.err).toEqual({ type: 'Error', message: 'no', code: 'ECONNREFUSED' });
  });

  it('does not let a storm of failures become a flood of lines', () => {
    jest.useFakeTimers({ now: 1_000_000 });
    try {
      const logger = loggerFor(PRODUCTION);
      for (let index = 0; index < 500; index++) logger.warn('The request failed', 'Http');
      logger.error('Something else', 'Other');
      expect(lines()).toHaveLength(21);
      jest.setSystemTime(1_001_000);
      logger.warn('The request failed', 'Http');
      expect(lines().map(({ msg }) => msg)).toContain('480 more lines were left out');
    } finally {
      jest.useRealTimers();
    }
  });

  it("leaves Nest's account of its boot to those who ask for it, and obeys LOG_LEVEL", () => {
    loggerFor({}).log('Mapped {/api/v1/events, GET} route', 'RouterExplorer');
    loggerFor({ LOG_LEVEL: 'error' }).warn('Odd', 'Test');
    loggerFor({ LOG_LEVEL: 'silent' }).fatal('Gone', 'Test');
    expect(text).toBe('');
    loggerFor({ LOG_LEVEL: 'debug' }).log('Mapped', 'RouterExplorer');
    expect(text).toContain('Mapped');
  });
});
