// A code as a PNG image: one bit per pixel, whole pixels per module, the quiet zone in it.
import { encode } from 'fast-png';
import { type CodeMatrix, QUIET_MODULES } from './matrix.ts';

/** Pixels per module where nothing is said: a code of 200 characters is then 500 pixels wide. */
export const PIXELS_PER_MODULE = 8;

/** `pixelsPerModule` from 1 to 64. */
export function pngImage(matrix: CodeMatrix, pixelsPerModule = PIXELS_PER_MODULE): Uint8Array {
  const side = (matrix.size + 2 * QUIET_MODULES) * pixelsPerModule;
  const bytesPerRow = Math.ceil(side / 8);
  const data = new Uint8Array(bytesPerRow * side).fill(0xff);
  for (const [y, row] of matrix.rows.entries()) {
    const line = new Uint8Array(bytesPerRow).fill(0xff);
    for (const [x, isDark] of row.entries()) {
      if (!isDark) continue;
      const from = (x + QUIET_MODULES) * pixelsPerModule;
      for (let at = from; at < from + pixelsPerModule; at++) {
        line[at >> 3] = (line[at >> 3] ?? 0) & ~(0x80 >> (at & 7));
      }
    }
    const top = (y + QUIET_MODULES) * pixelsPerModule;
    for (let at = top; at < top + pixelsPerModule; at++) data.set(line, at * bytesPerRow);
  }
  return encode({ width: side, height: side, data, depth: 1, channels: 1 });
}
