import ts from 'typescript';
import type { FoundQuery } from './queries.ts';
import type { Column, Description, Parameter } from './schema.ts';

/** Says that a column is never NULL here, though its table allows it: `/* never null: confirmedAt *\/` in the SQL. */
const NEVER_NULL = /\/\*\s*never null:\s*([\w,\s]+?)\s*\*\//g;

/** Excuses a statement about what the present schema does not have: `/* unchecked: the reason *\/` in the SQL. */
const UNCHECKED = /\/\*\s*unchecked:/;

/** Compares a statement's columns and parameters with the types in the code. @returns what is wrong, for people */
export function compare(checker: ts.TypeChecker, query: FoundQuery, described: Description): string[] {
  if (UNCHECKED.test(query.sql)) return [];
  if ('error' in described) {
    const { message, hint } = described.error;
    return [hint ? `${message} (${hint})` : message];
  }
  return [
    ...(query.row ? compareRow(checker, query, query.row, described.columns) : []),
    ...(query.values ? compareValues(checker, query.values, described.parameters) : []),
  ];
}

function compareRow(
  checker: ts.TypeChecker,
  { sql, node }: FoundQuery,
  row: ts.Type,
  columns: readonly Column[],
): string[] {
  const neverNull = new Set([...sql.matchAll(NEVER_NULL)].flatMap(([, names = '']) => names.split(/[,\s]+/)));
  return checker.getPropertiesOfType(row).flatMap((property) => {
    const { name } = property;
    const declared = checker.getTypeOfSymbolAtLocation(property, node);
    const column = columns.find((one) => one.name === name);
    const mayBeAbsent = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (!column)
      return mayBeAbsent ? [] : [`the row type has "${name}", and the statement returns no such column`];
    const findings: string[] = [];
    const kind = kindOf(checker, declared);
    if (!agree(column.kind, kind))
      findings.push(`"${name}" is ${column.type}, which comes as ${column.kind}, and is declared ${kind}`);
    if (column.nullable && !allowsNull(checker, declared) && !neverNull.has(name))
      findings.push(`"${name}" may be NULL, and is declared without null`);
    return findings;
  });
}

function compareValues(
  checker: ts.TypeChecker,
  values: readonly ts.Expression[],
  parameters: readonly Parameter[],
): string[] {
  if (values.length !== parameters.length)
    return [`${parameters.length} parameters, and ${values.length} values for them`];
  return values.flatMap((value, index) => {
    const { type, kind } = parameters[index] as Parameter;
    const given = kindOf(checker, checker.getTypeAtLocation(value));
    // The driver writes numbers for bigint and text for times.
    const isWritten = (type === 'int8' && given === 'number') || (kind === 'Date' && given === 'string');
    return agree(kind, given) || isWritten ? [] : [`$${index + 1} is ${type}, and is given ${given}`];
  });
}

function agree(sql: string, code: string): boolean {
  return (
    sql === code || sql === 'any' || code === 'any' || code === '' || (sql === 'any[]' && code.endsWith('[]'))
  );
}

function allowsNull(checker: ts.TypeChecker, type: ts.Type): boolean {
  return kindOf(checker, type) === 'any' || checker.getNonNullableType(type) !== type;
}

/** `string`, `number[]`, `Date`, `object`; several are joined by a bar, and null is left out. */
function kindOf(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return 'any';
  const known = checker.getNonNullableType(type);
  const kinds = (known.isUnion() ? known.types : [known]).map((part) => {
    if (part.flags & ts.TypeFlags.StringLike) return 'string';
    if (part.flags & ts.TypeFlags.NumberLike) return 'number';
    if (part.flags & ts.TypeFlags.BooleanLike) return 'boolean';
    if (part.flags & ts.TypeFlags.Never) return '';
    const name = part.symbol?.name;
    if (name === 'Date') return 'Date';
    if (name !== 'Array' && name !== 'ReadonlyArray') return 'object';
    const [element] = checker.getTypeArguments(part as ts.TypeReference);
    return `${element ? kindOf(checker, element) : 'any'}[]`;
  });
  return [...new Set(kinds)].join('|');
}
