// Posters as a print shop sees them: rendered by PDFium, measured in millimetres, read by jsQR.
import { PDFiumLibrary } from '@hyzyla/pdfium';
import jsqr from 'jsqr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLetters } from '../../src/cli/letters.ts';
import {
  designPoster,
  type PosterFormat,
  type PosterLanguage,
  posterFormats,
  posterPdf,
  posterText,
  QUIET_MODULES,
  writeSchemeCode,
} from '../../src/codes/index.ts';

// CommonJS: what is imported is the function, which has itself as its default.
const jsQR = jsqr.default;
const DOTS_PER_MM = 8;
const POINTS_PER_MM = 72 / 25.4;
const EDGE_MM = 8;
/** The renderer rounds a page to whole points; the boxes' exact sizes have a test of their own. */
const TOLERANCE_MM = 0.5;

let pdfium: PDFiumLibrary;
beforeAll(async () => {
  pdfium = await PDFiumLibrary.init();
});
afterAll(() => pdfium.destroy());

const written = writeSchemeCode({
  scheme: 'promptpay',
  alias: 'phone:+66812345678',
  amount: '12.50',
});
const payload = written.ok ? written.value : '';
const formatOf = (id: PosterFormat['id']) => posterFormats.find((each) => each.id === id);
const ids = posterFormats.map(({ id }) => id);

async function made(
  id: PosterFormat['id'],
  wish: Partial<Parameters<typeof designPoster>[0]> = {},
) {
  const format = formatOf(id);
  if (format === undefined) throw new Error(id);
  const language: PosterLanguage = 'both';
  const options = { payload, format, language, name: '茶馆 Tea House', ...wish };
  return designPoster({ ...options, letters: await openLetters(posterText(options)) });
}

async function pdfOf(id: PosterFormat['id'], hasMarks = true): Promise<Uint8Array> {
  const design = await made(id);
  if (!design.ok) throw new Error(JSON.stringify(design.problems));
  return posterPdf(design.value, { madeAtMs: 1_800_000_000_000, hasMarks });
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

async function rendered(pdf: Uint8Array): Promise<Picture> {
  const document = await pdfium.loadDocument(pdf);
  try {
    expect(document.getPageCount()).toBe(1);
    const scale = DOTS_PER_MM / POINTS_PER_MM;
    const { width, height, data } = await document.getPage(0).render({ scale, render: 'bitmap' });
    return { width, height, data: new Uint8ClampedArray(data) };
  } finally {
    document.destroy();
  }
}

/** A part of the picture, in millimetres from the poster's corner, turned if it stands so. */
function part(picture: Picture, edgeMm: number, face: PosterFormat['faces'][number]): Picture {
  const [left, top] = [face.xMm + edgeMm, face.yMm + edgeMm].map((mm) => mm * DOTS_PER_MM);
  const [width, height] = [face.widthMm * DOTS_PER_MM, face.heightMm * DOTS_PER_MM];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = face.isTurned ? [width - 1 - x, height - 1 - y] : [x, y];
      const from = (((top ?? 0) + fromY) * picture.width + (left ?? 0) + fromX) * 4;
      data.set(picture.data.subarray(from, from + 4), (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

const isDark = ({ data, width }: Picture, x: number, y: number) =>
  (data[(Math.round(y) * width + Math.round(x)) * 4] ?? 255) < 128;

describe.each(ids)('a poster as %s', (id) => {
  const format = formatOf(id);

  test.each([
    ['with bleed and marks', true],
    ['for an office printer', false],
  ])('%s: it has its size, and every face is read', async (_, hasMarks) => {
    const picture = await rendered(await pdfOf(id, hasMarks));
    const edgeMm = hasMarks ? EDGE_MM : 0;
    const widthMm = picture.width / DOTS_PER_MM;
    expect(Math.abs(widthMm - (format?.widthMm ?? 0) - 2 * edgeMm)).toBeLessThan(TOLERANCE_MM);
    for (const face of format?.faces ?? []) {
      const { data, width, height } = part(picture, edgeMm, face);
      expect(jsQR(data, width, height)?.data).toBe(payload);
    }
  });

  test('its modules are as large as its distance asks, and four of them around it are light', async () => {
    const picture = await rendered(await pdfOf(id));
    for (const face of format?.faces ?? []) {
      const view = part(picture, EDGE_MM, face);
      const found = jsQR(view.data, view.width, view.height);
      const modules = 17 + 4 * (found?.version ?? 0);
      const { topLeftCorner: corner, topRightCorner: right } = found?.location ?? {};
      const module = ((right?.x ?? 0) - (corner?.x ?? 0)) / modules;
      expect(module / DOTS_PER_MM).toBeGreaterThanOrEqual((format?.moduleMmMin ?? 9) * 0.97);
      for (let step = 1; step < 2 * QUIET_MODULES; step++) {
        const away = module * (step / 2);
        for (let along = 0; along < modules; along += 0.5) {
          const [x, y] = [corner?.x ?? 0, corner?.y ?? 0];
          expect(isDark(view, x + along * module, y - away)).toBe(false);
          expect(isDark(view, x - away, y + along * module)).toBe(false);
        }
      }
    }
  });
});

test('what is printed can be cut: trim box inside bleed box inside the page, black ink alone', async () => {
  const pdf = Buffer.from(await pdfOf('a5')).toString('latin1');
  expect(pdf.startsWith('%PDF-1.7')).toBe(true);
  const { PDFDocument } = await import('pdf-lib');
  const page = (await PDFDocument.load(await pdfOf('a5'))).getPage(0);
  const mm = ({ x, width }: { x: number; width: number }) =>
    [x, width].map((points) => Math.round((points / POINTS_PER_MM) * 10) / 10);
  expect(mm(page.getTrimBox())).toEqual([8, 148]);
  expect(mm(page.getBleedBox())).toEqual([5, 154]);
  expect(mm(page.getMediaBox())).toEqual([0, 164]);
});

test('the same poster made twice is the same file', async () => {
  expect(await pdfOf('sticker')).toEqual(await pdfOf('sticker'));
});

test.each(['zh', 'en', 'both'] as const)('its words are in %s', async (language) => {
  const format = formatOf('a4');
  if (format === undefined) throw new Error('no A4');
  const text = posterText({ payload, format, language });
  expect(/[\u4e00-\u9fff]/.test(text)).toBe(language !== 'en');
  expect(text.includes('Scan')).toBe(language !== 'zh');
  expect(text).toContain('12.50 THB');
});

test.each([
  ['a name in letters that the font lacks', { name: 'ភ្នំពេញ' }, 'poster.character_unsupported'],
  ['a name as long as a sentence', { name: '很长的名字'.repeat(20) }, 'poster.text_too_long'],
  ['a code too dense for its size', { payload: 'x'.repeat(900) }, 'poster.code_too_dense'],
  ['a code that no QR code holds', { payload: 'x'.repeat(3_000) }, 'image.too_much_data'],
])('%s is refused', async (_, wish, code) => {
  const { problems } = await made('sticker', wish);
  expect(problems.map((problem) => problem.code)).toContain(code);
});

test('a rare Chinese name is set, letter by letter', async () => {
  expect((await made('a4', { name: '鑫淼堃煊犇' })).problems).toEqual([]);
});
