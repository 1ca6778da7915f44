import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { IsName, IsText, tidyText } from './text.js';

class Words {
  @IsText(1, 20)
  text!: string;
}

class Title {
  @IsName(1, 20)
  text!: string;
}

class Remark {
  @IsText(0, 20)
  text!: string;
}

const accepts = (type: typeof Words | typeof Title | typeof Remark, text: unknown) =>
  validateSync(plainToInstance(type, { text })).length === 0;

describe('text', () => {
  it.each([
    'Ada',
    '安娜',
    'آدا',
    '👩‍💻',
    '…',
    'two\nlines\tand a tab',
    'e\u0301',
    'right\u200fmark',
    '=1+1',
    '<b>',
  ])('may be %j', (text) => expect(accepts(Words, text)).toBe(true));

  it.each([
    ['nothing', ''],
    ['spaces', ' \n\t '],
    ['a space of no width', '\u200b'],
    ['a filler that is drawn as nothing', '\u3164'],
    ['variation selectors', '\ufe0f'.repeat(5)],
    ['an override of direction', 'a\u202egnirts'],
    ['an isolate', '\u2067a\u2069'],
    ['NUL', 'a\u0000'],
    ['a C1 control character', 'a\u0085b'],
    ['too much', 'x'.repeat(21)],
    ['a number', 7],
    ['an object', { $gt: '' }],
  ])('may not be %s', (_, text) => expect(accepts(Words, text)).toBe(false));

  it('may be empty where it is optional, but not of nothing visible', () => {
    expect(accepts(Remark, '  ')).toBe(true);
    expect(accepts(Remark, '\u3164')).toBe(false);
  });

  it.each(['two\nlines', 'a\ttab', 'a\rreturn', 'a\u2028separator', 'a\u2029paragraph'])(
    'may not be %j where it is a name',
    (text) => expect(accepts(Title, text)).toBe(false),
  );

  it.each([
    ['one form', 'e\u0301', '\u00e9'],
    ['one kind of line break', 'a\r\nb\rc', 'a\nb\nc'],
    ['no space of no width', '\ufeffA\u200bd\u2060a\u00ad', 'Ada'],
    ['no joiner between Latin letters', 'A\u200dd\u200ca', 'Ada'],
    ['no joiner at an end', '\u200dAda\u200d', 'Ada'],
    ['no hidden tags', 'Ada\u{e0041}\u{e0042}', 'Ada'],
    ['no half characters', 'A\ud800', 'A\ufffd'],
  ])('has %s', (_, typed, kept) => expect(tidyText(typed)).toBe(kept));

  it.each([
    ['a family', '👩‍👩‍👧‍👦'],
    ['a profession with a skin', '👩🏽‍🚒'],
    ['a flag of joined emoji', '🏳️‍🌈'],
    ['a heart that burns', '❤️‍🔥'],
    ['a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a flag of letters', '🇹🇼'],
    ['a keycap', '1️⃣'],
    ['Arabic', 'مرحبا بالعالم'],
    ['Persian with its joiner', 'می\u200cخواهم'],
    ['Hindi with its joiner', 'क्\u200dष'],
    ['Chinese', '珍珠奶茶　限量'],
  ])('keeps %s as it is', (_, text) => {
    expect(tidyText(text)).toBe(text);
    expect(accepts(Title, text)).toBe(true);
  });
});
