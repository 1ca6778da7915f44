import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * The 10,000 most common passwords of at least eight characters, in lower case, from the dictionary of
 * @zxcvbn-ts/language-common. A copy, since the package brings 2 MB for the sake of 40 kB.
 */
const COMMON = new Set(
  gunzipSync(readFileSync(new URL('./common-passwords.txt.gz', import.meta.url)))
    .toString('utf8')
    .split('\n'),
);

/** A unit this short that is repeated, such as "abcabcabc", is as easily guessed as one letter. */
const LONGEST_REPEATED_UNIT = 4;

/** Whether a guesser tries it early: a common password, also doubled; one unit repeated; letters or digits in a row. */
export function isCommonPassword(password: string): boolean {
  const lower = password.normalize('NFC').toLowerCase();
  const unit = lower.slice(0, periodOf(lower));
  if (unit.length < lower.length && (unit.length <= LONGEST_REPEATED_UNIT || COMMON.has(unit))) return true;
  return COMMON.has(lower) || isRow(lower);
}

/** Length of the shortest unit whose repetition, cut off anywhere, is `text`. */
function periodOf(text: string): number {
  for (let period = 1; period < text.length; period++) if (text.startsWith(text.slice(period))) return period;
  return text.length;
}

/** Each character is the successor of the one before, or each the predecessor. */
function isRow(text: string): boolean {
  const steps = [...text].map((_, index, all) =>
    index === 0 ? 0 : (all[index] as string).charCodeAt(0) - (all[index - 1] as string).charCodeAt(0),
  );
  return (
    steps.length > 1 && Math.abs(steps[1] as number) <= 1 && steps.slice(1).every((step) => step === steps[1])
  );
}
