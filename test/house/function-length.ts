// How long a function is by itself: the lines of code that it does not leave to functions within
// it. So a factory that closes over its parts is as long as its own wiring, and a long part stands
// out.
import { parseAst } from 'vitest/node';
import { withoutComments } from './source-tree.ts';
import type { Check } from './tidy.ts';

/** A screen. */
export const FUNCTION_LINES_MAX = 60;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const isFunction = (node: Node) =>
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** The functions directly within a node, not those within these. */
function functionsIn(node: Node): Node[] {
  return childrenOf(node).flatMap((child) => (isFunction(child) ? [child] : functionsIn(child)));
}

const allFunctionsIn = (node: Node): Node[] =>
  functionsIn(node).flatMap((found) => [found, ...allFunctionsIn(found)]);

/** Functions whose own code is longer than a screen, as `path:line: n lines of its own`. */
export const functionLength: Check = (path, text) => {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts') || path.endsWith('.d.ts')) return [];
  const program = parseAst(text, { lang: 'ts' });
  const code = withoutComments(text).split('\n');
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const linesOf = (node: Node): number => {
    const [first, last] = [lineAt(node.start), lineAt(node.end)];
    return code.slice(first - 1, last).filter((line) => line.trim() !== '').length;
  };
  return allFunctionsIn(program).flatMap((node) => {
    // A function within begins on a line of this one, so that line counts here as well.
    const within = functionsIn(node).reduce((sum, inner) => sum + linesOf(inner) - 1, 0);
    const own = linesOf(node) - within;
    return own > FUNCTION_LINES_MAX
      ? [`${path}:${lineAt(node.start)}: ${own} lines of its own`]
      : [];
  });
};
