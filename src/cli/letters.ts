// The letters of posters, out of the font's files: Noto Sans SC, in a hundred pieces of which only
// those are opened that the text needs.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';
import { decompress } from 'wawoff2';
import { z } from 'zod';
import type { Letters, Outline, Weight } from '../codes/index.ts';

/** In the font's own coordinates; its default would be the thinnest. */
const weights: Readonly<Record<Weight, number>> = { regular: 400, bold: 700 };

type Piece = Readonly<Record<Weight, Font>>;

/** Opens what the text needs; letters that the font lacks are found out when they are drawn. */
export async function openLetters(text: string): Promise<Letters> {
  const listFile = fileURLToPath(
    import.meta.resolve('@fontsource-variable/noto-sans-sc/unicode.json'),
  );
  const list = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(listFile, 'utf8')));
  const folder = join(dirname(listFile), 'files');
  const ranges = Object.entries(list).map(([name, of]) => [name, rangesOf(of)] as const);
  const pieces = new Map<string, Piece>();
  const pieceOf = new Map<string, string>();
  for (const char of new Set(text)) {
    const code = char.codePointAt(0) ?? 0;
    const name = ranges.find(([, of]) => of.some(([from, to]) => code >= from && code <= to))?.[0];
    if (name === undefined) continue;
    if (!pieces.has(name)) pieces.set(name, await openPiece(folder, name));
    pieceOf.set(char, name);
  }
  return {
    outline: (char, weight) => {
      const piece = pieces.get(pieceOf.get(char) ?? '');
      return piece && outlineOf(piece[weight], char);
    },
  };
}

/** `U+4e00-4e10,U+4e20` as pairs. */
function rangesOf(text: string): readonly (readonly [number, number])[] {
  return text.split(',').map((range) => {
    const [from = '', to = from] = range.replace('U+', '').split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
}

async function openPiece(folder: string, name: string): Promise<Piece> {
  // `[4]` is the piece with the number 4
  const file = `noto-sans-sc-${name.replace(/[[\]]/g, '')}-wght-normal.woff2`;
  // fontkit varies the weight of TTF alone
  const opened = create(Buffer.from(await decompress(readFileSync(join(folder, file)))));
  if (!('getVariation' in opened)) throw new TypeError(`${file} is a collection of fonts`);
  const of = (weight: number) => opened.getVariation({ wght: weight });
  return { regular: of(weights.regular), bold: of(weights.bold) };
}

function outlineOf(font: Font, char: string): Outline | undefined {
  const code = char.codePointAt(0) ?? 0;
  if (!font.hasGlyphForCodePoint(code)) return undefined;
  const glyph = font.glyphForCodePoint(code);
  const scale = 1_000 / font.unitsPerEm;
  const path = glyph.path.scale(scale, -scale).toSVG();
  return { advance: glyph.advanceWidth / font.unitsPerEm, path };
}
