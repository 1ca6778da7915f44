export interface Statement {
  text: string;
  values: unknown[];
}

/** Makes one statement of several INSERTs, for one round trip. */
export function joinStatements(statements: readonly Statement[]): Statement {
  const [first, ...others] = statements;
  if (first && others.length === 0) return first;
  const values: unknown[] = [];
  const parts = statements.map((statement, index) => {
    const before = values.length;
    values.push(...statement.values);
    const text = statement.text.replace(/\$(\d+)/g, (_, number: string) => `$${before + Number(number)}`);
    return `part_${index} AS (${text})`;
  });
  return { text: `WITH ${parts.join(', ')} SELECT`, values };
}
