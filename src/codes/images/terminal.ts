// A code as text for a terminal: two modules per character, one above the other, so that they are
// square. Colours are said outright where the terminal has them, so that dark themes do as well.
import { type CodeMatrix, QUIET_MODULES } from './matrix.ts';

/** `colours`: black on white by escape sequences. `plain`: light modules as blocks, for a dark
 * terminal without colours. */
export type TerminalStyle = 'colours' | 'plain';

const BLACK_ON_WHITE = '\u001b[30;107m';
const RESET = '\u001b[0m';
/** By whether the upper and the lower half are filled. */
const blocks = [' ', '▄', '▀', '█'] as const;

export function terminalImage(matrix: CodeMatrix, style: TerminalStyle): string {
  const { size, rows } = matrix;
  const isFilled = (x: number, y: number) =>
    (rows[y - QUIET_MODULES]?.[x - QUIET_MODULES] === true) === (style === 'colours');
  const side = size + 2 * QUIET_MODULES;
  const lines: string[] = [];
  for (let y = 0; y < side; y += 2) {
    let line = '';
    for (let x = 0; x < side; x++) {
      // The side is odd: what is under the last row is quiet zone too.
      line += blocks[(isFilled(x, y) ? 2 : 0) + (isFilled(x, y + 1) ? 1 : 0)] ?? ' ';
    }
    lines.push(style === 'colours' ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
  }
  return `${lines.join('\n')}\n`;
}
