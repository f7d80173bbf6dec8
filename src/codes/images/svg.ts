// A code as an SVG image: for web pages and for print. Its size is the page's to say; one unit is
// one module, the quiet zone is in it.
import { type CodeMatrix, QUIET_MODULES } from './matrix.ts';
import { matrixPath } from './path.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string) => text.replace(/[&<>"]/g, (char) => entities[char] ?? char);

/** `title` is what a screen reader says. */
export function svgImage(matrix: CodeMatrix, title?: string): string {
  const side = matrix.size + 2 * QUIET_MODULES;
  const named = title === undefined ? '' : `<title>${escaped(title)}</title>`;
  const frame = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"`;
  const path = `<path fill="#000" d="${matrixPath(matrix, QUIET_MODULES)}"/>`;
  const ground = `<rect width="${side}" height="${side}" fill="#fff"/>`;
  return `<svg ${frame} shape-rendering="crispEdges">${named}${ground}${path}</svg>\n`;
}
