import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { IsText } from './text.js';

class Words {
  @IsText(1, 20)
  text!: string;
}

class Remark {
  @IsText(0, 20)
  text!: string;
}

const accepts = (type: typeof Words | typeof Remark, text: unknown) =>
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
    expect(accepts(Remark, '\u200b')).toBe(false);
  });
});
