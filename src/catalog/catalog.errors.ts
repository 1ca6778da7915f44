import { defineErrors } from '../platform/errors/index.js';

export const catalogErrors = defineErrors({
  ITEM_NOT_FOUND: { kind: 'notFound', title: 'There is no such catalogue item.' },
});
