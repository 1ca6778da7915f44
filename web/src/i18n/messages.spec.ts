import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const keysOf = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? [path + key] : keysOf(inner as object, `${path}${key}.`),
  );
const messages = { en: JSON.parse(read('./en.json')), 'zh-TW': JSON.parse(read('./zh-TW.json')) };

it('says everything in both languages', () => {
  expect(keysOf(messages['zh-TW']).sort()).toEqual(keysOf(messages.en).sort());
});

it('uses the same placeholders in both languages', () => {
  const at = (locale: object, path: string) =>
    path
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], locale) as string;
  const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const key of keysOf(messages.en))
    expect(placeholders(at(messages['zh-TW'], key)), key).toEqual(placeholders(at(messages.en, key)));
});

it('has words for every problem code that the server documents', () => {
  const codes = [...read('../../../docs/problems.md').matchAll(/^### ([A-Z_]+)$/gm)].map((match) => match[1]);
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => !((code as string) in messages.en.problems))).toEqual([]);
});
