// @vitest-environment jsdom
import { expect, it } from 'vitest';
import type { RouteLocationNormalized } from 'vue-router';
import { returnPath, routes } from './router';

it('has a view for every page that the server knows', () => {
  expect(routes.filter((route) => !route.component)).toEqual([]);
});

it.each([
  ['/events/1?x=2', '/events/1?x=2'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  [undefined, '/'],
])('goes back from %s to %s', (wanted, path) => {
  expect(returnPath({ query: { return: wanted } } as unknown as RouteLocationNormalized)).toBe(path);
});
