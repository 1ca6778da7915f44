import { Logger } from '@nestjs/common';
import { Listeners } from './listeners.js';

describe('Listeners', () => {
  it('tells everyone, though one of them fails, until they stop', () => {
    Logger.overrideLogger(false);
    const heard: string[] = [];
    const listeners = new Listeners<string>();
    listeners.add(() => {
      throw new Error('deaf');
    });
    const stop = listeners.add((subject) => heard.push(subject));
    listeners.tell('one');
    stop();
    listeners.tell('two');
    expect(heard).toEqual(['one']);
  });
});
