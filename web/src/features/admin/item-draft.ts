import { ApiProblem } from '@/api/problem';
import type { Faults } from './event-draft';

export interface ItemDraft {
  name: string;
  category: string;
  imageUrl: string;
  description: string;
}

/** As the server reads it: a path on this shop, or an https address. */
const IMAGE_URL = /^(\/(?![/\\])|https:\/\/[^/\s])[^\s"'<>\\]*$/;

export const isPicture = (text: string) => IMAGE_URL.test(text.trim());

export function itemFaults({ name, category, imageUrl }: ItemDraft): Faults {
  return {
    ...(!name.trim() && { name: 'admin.fault.name' }),
    ...(!category.trim() && { category: 'admin.fault.category' }),
    ...(imageUrl.trim() && !isPicture(imageUrl) && { imageUrl: 'admin.fault.imageUrl' }),
  };
}

const FIELDS = new Set(['name', 'category', 'imageUrl', 'description']);

/** Where a refusal by the server belongs in the form. */
export function itemFaultsOf(problem: unknown): Faults {
  if (!(problem instanceof ApiProblem) || problem.status !== 400) return {};
  return Object.fromEntries(
    problem.fields.filter((field) => FIELDS.has(field)).map((field) => [field, `admin.fault.${field}`]),
  );
}
