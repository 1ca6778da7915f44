import { AppError, type ErrorDetails } from '../errors/app-error.js';
import { problemDocument } from './problem.filter.js';

describe('problemDocument', () => {
  it('has the standard members, what was said of the occurrence, and extensions', () => {
    const error = new AppError('SOLD_OUT', 'conflict', 'Gone.', { detail: 'None left.', remaining: 0 });
    expect(JSON.parse(JSON.stringify(problemDocument(error, '/api/v1/x?y=1')))).toEqual({
      type: '/docs/problems#SOLD_OUT',
      title: 'Gone.',
      status: 409,
      code: 'SOLD_OUT',
      detail: 'None left.',
      instance: '/api/v1/x',
      remaining: 0,
    });
  });

  it('keeps its standard members whatever a detail is called', () => {
    // @ts-expect-error The type refuses such details; this one comes from code that is not checked.
    const details: ErrorDetails = { status: 'live', type: 'x', title: 'x', instance: 'x', code: 'x' };
    const error = new AppError('EVENT_NOT_EDITABLE', 'conflict', 'Too late.', details);
    expect(JSON.parse(JSON.stringify(problemDocument(error)))).toEqual({
      type: '/docs/problems#EVENT_NOT_EDITABLE',
      title: 'Too late.',
      status: 409,
      code: 'EVENT_NOT_EDITABLE',
    });
  });
});
