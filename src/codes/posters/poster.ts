// What stands on a poster and where: a code with its quiet zone, and words in Chinese, English or
// both. In millimetres, y downwards; the file that a printer takes is pdf.ts.
import { type CorrectionLevel, codeMatrix, QUIET_MODULES } from '../images/matrix.ts';
import { matrixPath } from '../images/path.ts';
import { type CodeProblem, type CodeResult, codeProblem, found } from '../problem.ts';
import { profileOf } from '../profiles/list.ts';
import { readCode } from '../read.ts';
import type { PosterFace, PosterFormat } from './formats.ts';
import { type Letters, type TextLine, textLine, type Weight } from './letters.ts';

export type PosterLanguage = 'zh' | 'en' | 'both';

export interface PosterOptions {
  readonly payload: string;
  readonly format: PosterFormat;
  readonly language: PosterLanguage;
  readonly letters: Letters;
  /** The shop's; what the code says where not given. */
  readonly name?: string;
  /** 25 % where not given: posters get dirty and scratched. */
  readonly level?: CorrectionLevel;
}

export type Ink = 'black' | 'white' | 'band' | 'grey';

export type Shape =
  | {
      readonly kind: 'box';
      readonly ink: Ink;
      readonly xMm: number;
      readonly yMm: number;
      readonly widthMm: number;
      readonly heightMm: number;
    }
  | {
      readonly kind: 'path';
      readonly ink: Ink;
      readonly xMm: number;
      readonly yMm: number;
      /** Of one unit of the path. */
      readonly unitMm: number;
      readonly path: string;
    };

export interface PosterDesign {
  readonly format: PosterFormat;
  readonly title: string;
  readonly faces: readonly { readonly face: PosterFace; readonly shapes: readonly Shape[] }[];
}

/** Beyond the cut, so that a cut that is a little off shows no white edge. */
export const BLEED_MM = 3;
/** A name is set smaller before it is refused, down to this much of its size. */
const SHRINK_MIN = 0.5;

const headings = {
  zh: ['扫码支付', ''],
  en: ['Scan to pay', ''],
  both: ['扫码支付', 'Scan to pay'],
} as const;
const hints = {
  zh: ['打开钱包应用，扫描此码'],
  en: ["Open your wallet's app and scan this code"],
  both: ['打开钱包应用，扫描此码', "Open your wallet's app and scan this code"],
} as const;

/**
 * Problems: `image.too_much_data`, `poster.code_too_dense` (this format is too small for so long a
 * code), `poster.character_unsupported`, `poster.text_too_long`.
 */
export function designPoster(options: PosterOptions): CodeResult<PosterDesign> {
  const { payload, format } = options;
  const matrix = codeMatrix(payload, options.level ?? 'quartile');
  if (!matrix.ok) return matrix;
  const says = wordsOf(options);
  const faces = format.faces.map((face) => ({ face, ...drawFace(face, says, options.letters) }));
  const problems = faces.slice(0, 1).flatMap((each) => each.problems);
  const modules = matrix.value.size + 2 * QUIET_MODULES;
  const tightest = Math.min(...faces.map(({ code }) => code.sideMm)) / modules;
  if (tightest < format.moduleMmMin) {
    const params = { found: tightest.toFixed(2), min: String(format.moduleMmMin) };
    problems.push(codeProblem('poster.code_too_dense', { params }));
  }
  if (problems.length > 0) return { ok: false, problems };
  const path = matrixPath(matrix.value, QUIET_MODULES);
  return found({
    format,
    title: says.name === '' ? says.heading : `${says.heading} · ${says.name}`,
    faces: faces.map(({ face, shapes, code }) => {
      const { xMm, yMm, sideMm } = code;
      const size = { xMm, yMm, widthMm: sideMm, heightMm: sideMm };
      const ground: Shape = { kind: 'box', ink: 'white', ...size };
      const drawn: Shape = { kind: 'path', ink: 'black', xMm, yMm, unitMm: sideMm / modules, path };
      return { face, shapes: [...shapes, ground, drawn] };
    }),
  });
}

/** Every letter that the poster needs, for whoever opens the font. */
export function posterText(options: Omit<PosterOptions, 'letters'>): string {
  const { heading, second, name, notes } = wordsOf(options);
  return [heading, second, name, ...notes].join('');
}

interface PosterWords {
  readonly heading: string;
  readonly second: string;
  readonly name: string;
  readonly notes: readonly string[];
}

/** What the code itself says is read out of it, so that words and code cannot differ. */
function wordsOf({ payload, language, name }: Omit<PosterOptions, 'letters'>): PosterWords {
  const { scheme, fields } = readCode(payload);
  const text = (field: string) => {
    const value = fields[field];
    return typeof value === 'string' ? value : '';
  };
  const title = profileOf(scheme ?? '')?.title;
  const amount = text('amount') === '' ? '' : `${text('amount')} ${text('currency')}`.trim();
  const schemeName = title === undefined ? '' : language === 'zh' ? title.zh : title.en;
  const facts = [schemeName, amount].filter((each) => each !== '').join('  ·  ');
  const [heading, second] = headings[language];
  return {
    heading,
    second,
    name: name ?? text('name'),
    notes: [...hints[language], ...(facts === '' ? [] : [facts])],
  };
}

interface FaceDrawing {
  readonly shapes: readonly Shape[];
  readonly code: { readonly xMm: number; readonly yMm: number; readonly sideMm: number };
  readonly problems: readonly CodeProblem[];
}

function drawFace(face: PosterFace, words: PosterWords, letters: Letters): FaceDrawing {
  const { widthMm, heightMm } = face;
  // Sizes grow with the face, and by its height where it lies across.
  const base = Math.min(widthMm, heightMm * 0.75);
  const [margin, gap] = [base * 0.08, base * 0.03];
  const problems: CodeProblem[] = [];
  const set = (path: string, text: string, emMm: number, weight: Weight) => {
    const line = fitted({ path, text, emMm, weight }, letters, widthMm - 2 * margin);
    if ('code' in line) problems.push(line);
    return 'code' in line ? { letters: [], widthMm: 0, emMm } : line;
  };
  const heading = set('heading', words.heading, base * 0.1, 'bold');
  const second = words.second === '' ? [] : [set('heading', words.second, base * 0.05, 'regular')];
  const name = words.name === '' ? [] : [set('name', words.name, base * 0.07, 'bold')];
  const notes = words.notes.map((note) => set('note', note, base * 0.035, 'regular'));
  const shapes: Shape[] = [];
  const stack = createStack(shapes, widthMm);
  stack.skip(margin);
  for (const line of [heading, ...second]) stack.line(line, 'white');
  stack.skip(gap);
  const bandMm = stack.atMm();
  const band = { xMm: -BLEED_MM, yMm: -BLEED_MM, widthMm: widthMm + 2 * BLEED_MM };
  shapes.unshift({ kind: 'box', ink: 'band', ...band, heightMm: bandMm + BLEED_MM });
  const below = [...name, ...notes].reduce((sum, { emMm }) => sum + emMm * LEADING, gap);
  const room = heightMm - bandMm - below - margin;
  const sideMm = Math.max(0, Math.min(widthMm - 2 * margin, room - gap));
  const code = {
    xMm: (widthMm - sideMm) / 2,
    yMm: bandMm + (room - sideMm) / 2,
    sideMm,
  };
  stack.to(bandMm + room + gap);
  for (const line of name) stack.line(line, 'black');
  for (const line of notes) stack.line(line, 'grey');
  return { shapes, code, problems };
}

/** From one base line to the next, in ems. */
const LEADING = 1.4;
/** From a line's top to its base line, in ems. */
const ASCENT = 1.05;

/** Lines one under the other, each in the middle. */
function createStack(shapes: Shape[], widthMm: number) {
  let yMm = 0;
  return {
    atMm: () => yMm,
    to: (at: number) => {
      yMm = at;
    },
    skip: (by: number) => {
      yMm += by;
    },
    line: ({ letters, widthMm: lineMm, emMm }: TextLine, ink: Ink) => {
      const from = (widthMm - lineMm) / 2;
      for (const { path, xMm } of letters) {
        const place = { xMm: from + xMm, yMm: yMm + emMm * ASCENT };
        shapes.push({ kind: 'path', ink, ...place, unitMm: emMm / 1_000, path });
      }
      yMm += emMm * LEADING;
    },
  };
}

interface LineWish {
  readonly path: string;
  readonly text: string;
  readonly emMm: number;
  readonly weight: Weight;
}

/** As large as it fits, or why it cannot be set. */
function fitted(wish: LineWish, letters: Letters, widthMm: number): TextLine | CodeProblem {
  const { path, text, emMm, weight } = wish;
  const line = textLine(text, letters, { emMm, weight });
  if ('missing' in line) {
    return codeProblem('poster.character_unsupported', { path, params: { found: line.missing } });
  }
  if (line.widthMm <= widthMm) return line;
  const shrink = widthMm / line.widthMm;
  if (shrink < SHRINK_MIN) return codeProblem('poster.text_too_long', { path });
  const smaller = textLine(text, letters, { emMm: emMm * shrink, weight });
  return 'missing' in smaller ? line : smaller;
}
