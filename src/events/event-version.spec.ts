import { eventTag, versionFromIfMatch } from './event-version.js';

describe('the version of an event in headers', () => {
  it('reads back the tag it wrote', () => expect(versionFromIfMatch(eventTag({ version: 7 }))).toBe(7));

  it.each([undefined, '', '  '])('finds none in %j', (header) =>
    expect(versionFromIfMatch(header)).toBeUndefined(),
  );

  it.each(['*', '7', 'W/"7"', '"7", "8"', '"-1"', '"7.0"', '"99999999999999999999"', '"x"'])(
    'takes %s for a version that no event has',
    (header) => expect(versionFromIfMatch(header)).toBeLessThan(1),
  );
});
