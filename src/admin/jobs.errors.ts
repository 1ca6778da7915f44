import { defineErrors } from '../platform/errors/index.js';

export const jobErrors = defineErrors({
  JOB_NOT_SET_ASIDE: { kind: 'notFound', title: 'There is no such job among those that were set aside.' },
});
