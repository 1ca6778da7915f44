import { Logger } from '@nestjs/common';
import { RepeatingTask } from './repeating-task.js';

describe('a repeating task', () => {
  it('never runs twice at once, and lets callers join the round under way', async () => {
    let rounds = 0;
    let finish: () => void = () => undefined;
    const task = new RepeatingTask('Counting', async () => {
      rounds++;
      await new Promise<void>((resolve) => (finish = resolve));
    });
    const both = [task.run(), task.run()];
    finish();
    await Promise.all(both);
    expect(rounds).toBe(1);
    const next = task.run();
    finish();
    await next;
    expect(rounds).toBe(2);
  });

  it('complains once of a row of failures, and tells of the recovery', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation();
    let fails = true;
    const task = new RepeatingTask('Sweeping', async () => {
      if (fails) throw new Error('the database is away');
    });
    await task.run();
    await task.run();
    expect(warn).toHaveBeenCalledTimes(1);
    fails = false;
    await task.run();
    await task.run();
    expect(log).toHaveBeenCalledTimes(1);
    expect(log).toHaveBeenCalledWith('Sweeping works again');
    jest.restoreAllMocks();
  });

  it('waits for the round under way when it stops, and begins no other', async () => {
    let finish: () => void = () => undefined;
    let rounds = 0;
    const task = new RepeatingTask('Closing', async () => {
      rounds++;
      await new Promise<void>((resolve) => (finish = resolve));
    });
    void task.run();
    let stopped = false;
    const stopping = task.stop().then(() => (stopped = true));
    await Promise.resolve();
    expect(stopped).toBe(false);
    finish();
    await stopping;
    await task.run();
    expect(rounds).toBe(1);
  });
});
