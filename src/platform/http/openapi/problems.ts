import { declaredErrors, kindStatus, type ErrorDefinition } from '../../errors/index.js';

type Schema = Record<string, unknown>;

/** `SOLD_OUT` has the schema `SoldOutProblem`. */
export function schemaNameOf(code: string): string {
  const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return `${words.join('')}Problem`;
}

/** @throws for a code that no module declares */
export function definitionOf(code: string): ErrorDefinition {
  const definition = declaredErrors.get(code);
  if (!definition) throw new Error(`No module declares the error ${code}`);
  return definition;
}

export const statusOf = (code: string): string => String(kindStatus[definitionOf(code).kind]);

/**
 * The schema of one code's problem document: the standard members and its own. Whole, instead of `allOf` with
 * Problem: generators of clients cannot narrow `code` to its value otherwise.
 */
export function problemSchema(code: string): Schema {
  const { kind, title, members = {} } = definitionOf(code);
  const own = Object.entries(members).map(([name, { required = true, ...schema }]) => ({
    name,
    required,
    schema,
  }));
  return {
    type: 'object',
    description: title,
    properties: {
      type: { type: 'string', format: 'uri-reference', example: `/docs/problems#${code}` },
      title: { type: 'string', example: title },
      status: { type: 'integer', const: kindStatus[kind] },
      code: { type: 'string', const: code },
      detail: { type: 'string', description: 'About this occurrence.' },
      instance: { type: 'string', description: 'The path that was asked for.' },
      ...(kind === 'invalid' && {
        errors: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
      }),
      ...Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    },
    required: [
      'type',
      'title',
      'status',
      'code',
      'instance',
      ...own.filter(({ required }) => required).map(({ name }) => name),
    ],
  };
}

/** What one status is answered with: the problem of its code, or of one of its codes. */
export function problemContent(codes: string[]): Record<string, { schema: Schema }> {
  const schemas = codes.map((code) => ({ $ref: `#/components/schemas/${schemaNameOf(code)}` }));
  return { 'application/problem+json': { schema: schemas.length === 1 ? schemas[0]! : { oneOf: schemas } } };
}

/** One line for each code, for people. */
export function problemDescription(codes: string[]): string {
  return codes.map((code) => `- \`${code}\`: ${definitionOf(code).title}`).join('\n');
}

/**
 * The codes that a controller names in a response's description, such as `'SOLD_OUT, EVENT_NOT_LIVE'`.
 * @throws for one that is not declared or has another status, so that a misspelt one is found at once
 */
export function codesIn(description: string, status: string): string[] {
  const codes = description.match(/\b[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];
  for (const code of codes)
    if (statusOf(code) !== status)
      throw new Error(`${code} is answered with ${statusOf(code)}, not ${status}`);
  return codes;
}
