import { describe, expect, it } from 'vitest';
import { Act, type KeyedContent } from './act';
import { ApiProblem, networkProblem } from './problem';

const now = () => Promise.resolve();

/** A server that gives these answers in turn, and the keys that it was asked with. */
function serverOf(...answers: (string | Error)[]) {
  const keys: string[] = [];
  const request = (key: string) => {
    keys.push(key);
    const answer = answers.shift() as string | Error;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { keys, request };
}

describe('an act', () => {
  it('repeats by itself what had no answer, under its one key', async () => {
    const { keys, request } = serverOf(networkProblem(), new ApiProblem('UNAVAILABLE', 503), 'done');
    expect(await new Act(undefined, undefined, now).send({ text: 'hi' }, request)).toBe('done');
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('keeps its key when the tries are used up, also over a reload, until the content or the answer is clear', async () => {
    const lost = Array.from({ length: 6 }, networkProblem);
    const { keys, request } = serverOf(...lost, 'done', 'done', 'done');
    let kept: KeyedContent | undefined;
    const keep = (open: KeyedContent | undefined) => (kept = open);
    const act = new Act(undefined, keep, now);
    await expect(act.send('hi', request)).rejects.toMatchObject({ code: 'NETWORK' });
    await expect(new Act(kept, keep, now).send('hi', request)).rejects.toMatchObject({ code: 'NETWORK' });
    const afterReload = new Act(kept, keep, now);
    await afterReload.send('hi', request);
    expect(new Set(keys).size).toBe(1);
    expect(kept).toBeUndefined();
    await afterReload.send('hi', request);
    await afterReload.send('hello', request);
    expect(new Set(keys).size).toBe(3);
  });

  it('takes another key for what is sent after a clear refusal, or instead of what was lost', async () => {
    const refusal = new ApiProblem('VALIDATION_FAILED', 400);
    const { keys, request } = serverOf(refusal, networkProblem(), networkProblem(), networkProblem(), 'done');
    const act = new Act(undefined, undefined, now);
    await expect(act.send('a', request)).rejects.toBe(refusal);
    await expect(act.send('a', request)).rejects.toMatchObject({ code: 'NETWORK' });
    await act.send('b', request);
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys[3]).not.toBe(keys[4]);
    expect(keys.every((key) => /^[\x21-\x7e]{1,200}$/.test(key))).toBe(true);
  });
});
