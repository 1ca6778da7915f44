import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** A statement in the source whose whole text is known without running it. */
export interface FoundQuery {
  /** `src/purchase/orders.repository.ts:48` */
  place: string;
  sql: string;
  node: ts.CallExpression;
  /** The declared row type; undefined where the code declares none. */
  row: ts.Type | undefined;
  /** The values of its parameters, where they are written out at the call. */
  values: readonly ts.Expression[] | undefined;
}

export interface FoundQueries {
  queries: FoundQuery[];
  /** Calls whose statement is put together at run time. */
  dynamic: string[];
}

/** Methods that send SQL: the position of its text, and of its parameters' values. */
const SENDERS: Record<string, { text: number; values: number }> = {
  query: { text: 0, values: 1 },
  readPrepared: { text: 1, values: 2 },
};

const MAX_DEPTH = 12;

/** Finds every statement that the files of a program send. */
export function findQueries(program: ts.Program, root: string): FoundQueries {
  const checker = program.getTypeChecker();
  const found: FoundQueries = { queries: [], dynamic: [] };
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || file.fileName.includes('node_modules')) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) inspect(node, file);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;

  function inspect(call: ts.CallExpression, file: ts.SourceFile): void {
    if (!ts.isPropertyAccessExpression(call.expression)) return;
    const sender = SENDERS[call.expression.name.text];
    if (!sender) return;
    const { text, values } = partsOf(call, sender);
    if (!text) return;
    const { line } = file.getLineAndCharacterOfPosition(call.getStart());
    const place = `${relative(root, file.fileName)}:${line + 1}`;
    const sql = textOf(checker, text);
    if (sql === undefined) {
      if (isString(checker.getTypeAtLocation(text))) found.dynamic.push(place);
      return;
    }
    found.queries.push({
      place,
      sql,
      node: call,
      row: rowTypeOf(checker, call),
      values:
        values && ts.isArrayLiteralExpression(values) && !values.elements.some(ts.isSpreadElement)
          ? values.elements
          : undefined,
    });
  }
}

/** The arguments of a call: `query(text, values)` or `query({ text, values })`. */
function partsOf(
  call: ts.CallExpression,
  sender: { text: number; values: number },
): { text: ts.Expression | undefined; values: ts.Expression | undefined } {
  const first = call.arguments[sender.text];
  if (!first || !ts.isObjectLiteralExpression(first))
    return { text: first, values: call.arguments[sender.values] };
  const member = (name: string): ts.Expression | undefined => {
    const property = first.properties.find((one) => one.name?.getText() === name);
    return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  };
  return { text: member('text'), values: member('values') };
}

function isString(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.StringLike) !== 0;
}

/** The text of an expression that is made of literals, constants, templates of these, and `.sql` files. */
function textOf(checker: ts.TypeChecker, expression: ts.Expression, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const inner = (one: ts.Expression) => textOf(checker, one, depth + 1);
  if (ts.isAsExpression(expression) || ts.isParenthesizedExpression(expression))
    return inner(expression.expression);
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isTemplateExpression(expression)) {
    let text = expression.head.text;
    for (const span of expression.templateSpans) {
      const part = inner(span.expression);
      if (part === undefined) return undefined;
      text += part + span.literal.text;
    }
    return text;
  }
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [inner(expression.left), inner(expression.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (ts.isCallExpression(expression)) return fileText(expression);
  if (ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression)) {
    const declaration = declarationOf(checker, expression);
    return declaration && inner(declaration);
  }
  return undefined;
}

/** `readSql(import.meta.url, 'operation')` reads the file that stands beside the calling one. */
function fileText(call: ts.CallExpression): string | undefined {
  const operation = call.arguments[1];
  if (call.expression.getText() !== 'readSql' || !operation || !ts.isStringLiteral(operation))
    return undefined;
  return readFileSync(join(dirname(call.getSourceFile().fileName), 'sql', `${operation.text}.sql`), 'utf8');
}

/** The initializer of a constant; undefined for what may change. */
function declarationOf(checker: ts.TypeChecker, name: ts.Node): ts.Expression | undefined {
  let symbol = checker.getSymbolAtLocation(name);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (!declaration) return undefined;
  const isConstant =
    ts.isVariableDeclaration(declaration) &&
    (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
  return isConstant || ts.isPropertyAssignment(declaration) ? declaration.initializer : undefined;
}

/** The row type of a call, from its type argument, or from what its result is declared to be. */
function rowTypeOf(checker: ts.TypeChecker, call: ts.CallExpression): ts.Type | undefined {
  const argument = call.typeArguments?.[0];
  const declared = argument ?? declaredTypeAround(call);
  if (!declared) return undefined;
  const row = elementOf(checker, checker.getTypeFromTypeNode(declared));
  return row && row.flags & ts.TypeFlags.Object ? row : undefined;
}

function declaredTypeAround(call: ts.CallExpression): ts.TypeNode | undefined {
  const parent = ts.isAwaitExpression(call.parent) ? call.parent.parent : call.parent;
  if (ts.isVariableDeclaration(parent)) return parent.type;
  if (!ts.isReturnStatement(parent) && !ts.isArrowFunction(parent)) return undefined;
  return ts.findAncestor(call as ts.Node, (node): node is ts.FunctionLikeDeclaration =>
    ts.isFunctionLike(node),
  )?.type;
}

/** `Promise<[Row[], number]>` (of a changing statement), `Row[]` and `Row` all speak of `Row`. */
function elementOf(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  let current: ts.Type | undefined = type;
  while (current) {
    const isList =
      ['Promise', 'Array', 'ReadonlyArray'].includes(current.symbol?.name ?? '') ||
      checker.isTupleType(current);
    if (!isList) return current;
    current = checker.getTypeArguments(current as ts.TypeReference)[0];
  }
  return undefined;
}
