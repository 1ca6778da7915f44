import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { isPicture, itemFaults, itemFaultsOf } from './item-draft';

describe('an item in the form', () => {
  it('needs a name and a category', () => {
    expect(itemFaults({ name: ' ', category: '', imageUrl: '', description: '' })).toEqual({
      name: 'admin.fault.name',
      category: 'admin.fault.category',
    });
    expect(itemFaults({ name: 'Lamp', category: 'Home', imageUrl: '', description: '' })).toEqual({});
  });

  it.each(['/images/lamp.svg', 'https://cdn.example/lamp.webp'])('takes the picture %s', (address) => {
    expect(isPicture(address)).toBe(true);
  });

  it.each([
    'javascript:alert(1)',
    'http://plain.example/a.png',
    '//evil.example/a.png',
    'lamp.png',
    '/a b.png',
  ])('takes %s for no picture', (address) => {
    expect(itemFaults({ name: 'Lamp', category: 'Home', imageUrl: address, description: '' })).toEqual({
      imageUrl: 'admin.fault.imageUrl',
    });
  });

  it('shows the server’s refusals at their fields', () => {
    const problem = new ApiProblem('VALIDATION_FAILED', 400, undefined, undefined, ['imageUrl', 'surprise']);
    expect(itemFaultsOf(problem)).toEqual({ imageUrl: 'admin.fault.imageUrl' });
    expect(itemFaultsOf(new ApiProblem('NETWORK', 0))).toEqual({});
  });
});
