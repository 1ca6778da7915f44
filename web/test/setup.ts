import '@testing-library/jest-dom/vitest';
import { afterEach } from 'vitest';

// What one test shows is taken down before the next; files without a page have nothing to take down.
if (typeof document !== 'undefined') {
  const { cleanup } = await import('@testing-library/vue');
  afterEach(cleanup);
}
