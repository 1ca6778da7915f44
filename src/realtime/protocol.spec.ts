import { parseMessage } from './protocol.js';

describe('parseMessage', () => {
  it.each([
    ['{"type":"hello"}', { type: 'hello' }],
    ['{"type":"hello","token":"abc"}', { type: 'hello', token: 'abc' }],
    ['{"type":"hello","token":null}', { type: 'hello', token: null }],
    ['{"type":"subscribe","channel":"me"}', { type: 'subscribe', channel: 'me' }],
    [
      '{"type":"unsubscribe","channel":"event:019a0000-0000-7000-8000-000000000000"}',
      { type: 'unsubscribe', channel: 'event:019a0000-0000-7000-8000-000000000000' },
    ],
    ['{"type":"ping"}', { type: 'ping' }],
  ])('understands %s', (text, message) => {
    expect(parseMessage(text)).toEqual(message);
  });

  it.each([
    'not json',
    'null',
    '[]',
    '{"type":"shout"}',
    '{"type":"hello","token":{"$gt":""}}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","channel":"event:1"}',
    '{"type":"subscribe","channel":"user:019a0000-0000-7000-8000-000000000000"}',
    '{"type":"subscribe","channel":["me"]}',
  ])('refuses %s', (text) => {
    expect(parseMessage(text)).toBeUndefined();
  });
});
