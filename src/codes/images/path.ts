// The dark modules as one outline in the words of SVG's path data, which PDF drawing takes too. One
// path, so that no printer shows hairlines between modules.
import type { CodeMatrix } from './matrix.ts';

/** Rectangles of one row each, as wide as dark modules stand together. One module is 1. */
export function matrixPath({ rows }: CodeMatrix, offset = 0): string {
  const parts: string[] = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue;
      const from = x;
      while (row[x + 1] === true) x++;
      parts.push(`M${from + offset} ${y + offset}h${x + 1 - from}v1h-${x + 1 - from}z`);
    }
  }
  return parts.join('');
}
