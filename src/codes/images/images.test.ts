// What is drawn is read back by decoders that share nothing with what drew it: jsQR for the code,
// resvg for SVG. What is read was drawn by others: an encoder of JPEG, PNGs of every kind.
import { Resvg } from '@resvg/resvg-js';
import { encode as encodePng } from 'fast-png';
import { zlibSync } from 'fflate';
import { encode as encodeJpeg } from 'jpeg-js';
import jsqr from 'jsqr';
import { describe, expect, test } from 'vitest';
import { readImage } from './image-read.ts';
import { type CodeMatrix, type CorrectionLevel, codeMatrix, QUIET_MODULES } from './matrix.ts';
import { pngImage } from './png.ts';
import { svgImage } from './svg.ts';
import { type TerminalStyle, terminalImage } from './terminal.ts';

// CommonJS: what is imported is the function, which has itself as its default.
const jsQR = jsqr.default;

const texts = [
  ['a short link', 'https://pay.example/o/1'],
  [
    'a national code',
    '00020101021129370016A000000677010111011300668123456785303764540512.505802TH63047D5F',
  ],
  ['a name in Chinese', '茶馆 最佳运输 北京'],
  ['a thousand digits', '1234567890'.repeat(100)],
] as const;
const levels: readonly CorrectionLevel[] = ['low', 'medium', 'quartile', 'high'];
const cases = texts.flatMap(([name, text]) => levels.map((level) => [name, level, text] as const));

function matrixOf(text: string, level: CorrectionLevel = 'medium'): CodeMatrix {
  const matrix = codeMatrix(text, level);
  if (!matrix.ok) throw new Error(JSON.stringify(matrix.problems));
  return matrix.value;
}

/** RGBA of a matrix, `scale` pixels a module, without any of our drawing. */
function pixelsOf(isDark: (x: number, y: number) => boolean, side: number, scale: number) {
  const width = side * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let at = 0; at < width * width; at++) {
    const [x, y] = [Math.floor((at % width) / scale), Math.floor(at / width / scale)];
    if (isDark(x, y)) data.fill(0, at * 4, at * 4 + 3);
  }
  return { width, height: width, data };
}

function framed({ rows, size }: CodeMatrix, scale: number) {
  const isDark = (x: number, y: number) => rows[y - QUIET_MODULES]?.[x - QUIET_MODULES] === true;
  return pixelsOf(isDark, size + 2 * QUIET_MODULES, scale);
}

const jsqrText = ({ data, width, height }: ReturnType<typeof pixelsOf>) =>
  jsQR(data, width, height)?.data;

describe('an independent decoder reads what is drawn', () => {
  test.each(cases)('%s, correction %s: as SVG', (_, level, text) => {
    const matrix = matrixOf(text, level);
    const width = (matrix.size + 2 * QUIET_MODULES) * 4;
    const image = new Resvg(svgImage(matrix, text), { fitTo: { mode: 'width', value: width } });
    const { pixels, height } = image.render();
    expect(jsQR(new Uint8ClampedArray(pixels), width, height)?.data).toBe(text);
  });

  test.each(cases)('%s, correction %s: as PNG', (_, level, text) => {
    // resvg has a PNG decoder of its own, and shows the image as it is.
    const png = Buffer.from(pngImage(matrixOf(text, level), 4));
    const side = (matrixOf(text, level).size + 2 * QUIET_MODULES) * 4;
    const size = `width="${side}" height="${side}"`;
    const link = `data:image/png;base64,${png.toString('base64')}`;
    const frame = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>`;
    const shown = new Resvg(`${frame}<image ${size} href="${link}"/></svg>`).render();
    expect(jsQR(new Uint8ClampedArray(shown.pixels), shown.width, shown.height)?.data).toBe(text);
  });

  const styles: readonly TerminalStyle[] = ['colours', 'plain'];
  const inStyles = cases.flatMap(([name, level, text]) =>
    styles.map((style) => [name, level, style, text] as const),
  );
  test.each(inStyles)('%s, correction %s: on a terminal, %s', (_, level, style, text) => {
    const matrix = matrixOf(text, level);
    const lines = terminalImage(matrix, style)
      .trimEnd()
      .split('\n')
      .map((line) => [...line.replace('\u001b[30;107m', '').replace('\u001b[0m', '')]);
    const side = lines[0]?.length ?? 0;
    const filled = (x: number, y: number) =>
      (y % 2 === 0 ? '▀█' : '▄█').includes(lines[y >> 1]?.[x] ?? ' ');
    const isDark = (x: number, y: number) => filled(x, y) === (style === 'colours');
    expect(jsqrText(pixelsOf(isDark, side, 4))).toBe(text);
  });
});

test('a code that no QR code can hold is refused', () => {
  const problems = codeMatrix('x'.repeat(3_000)).problems;
  expect(problems.map(({ code }) => code)).toEqual(['image.too_much_data']);
});

const text = texts[1][1];
const drawn = framed(matrixOf(text), 6);
const grey = drawn.data.filter((_, at) => at % 4 === 0);
const withHoles = drawn.data.map((value, at) =>
  at % 4 === 3 ? 255 - (drawn.data[at - 1] ?? 0) : value,
);
const file = (channels: number, data: ArrayLike<number>) =>
  encodePng({ ...drawn, channels, depth: 8, data: Uint8Array.from(data) });

describe('images that others made are read', () => {
  test.each([
    ['PNG in colour with opacity', file(4, drawn.data)],
    [
      'PNG in colour',
      file(
        3,
        drawn.data.filter((_, at) => at % 4 !== 3),
      ),
    ],
    ['PNG in grey', file(1, grey)],
    [
      'PNG in grey, 16 bits',
      encodePng({
        ...drawn,
        channels: 1,
        depth: 16,
        data: Uint16Array.from(grey, (value) => value * 257),
      }),
    ],
    ['PNG in black on nothing', file(4, withHoles)],
    ['PNG with Adam7', encodePng({ ...drawn, channels: 4, depth: 8 }, { interlace: 'Adam7' })],
    ['PNG of ours, one bit', pngImage(matrixOf(text))],
    ['PNG, one pixel a module', pngImage(matrixOf(text), 1)],
    ['PNG without a quiet zone', cut(matrixOf(text), 5)],
    [
      'PNG, light on dark',
      file(
        1,
        grey.map((value) => 255 - value),
      ),
    ],
    ['JPEG', encodeJpeg({ ...drawn, data: Buffer.from(drawn.data) }, 60).data],
  ])('%s', (_, image) => {
    expect(readImage(image)).toEqual({ ok: true, value: text, problems: [] });
  });
});

function cut({ rows, size }: CodeMatrix, scale: number): Uint8Array {
  const { width, height, data } = pixelsOf((x, y) => rows[y]?.[x] === true, size, scale);
  return encodePng({ width, height, channels: 4, depth: 8, data: Uint8Array.from(data) });
}

/** A PNG that says it is small and unpacks to a hundred megabytes. */
function bomb(): Uint8Array {
  const honest = file(1, grey);
  const at = Buffer.from(honest).indexOf('IDAT');
  const packed = zlibSync(new Uint8Array(100_000_000));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(packed.length);
  const tail = Buffer.from('000000000000000049454e44ae426082', 'hex');
  return Buffer.concat([honest.subarray(0, at - 4), length, Buffer.from('IDAT'), packed, tail]);
}

function saysSize(width: number, height: number): Uint8Array {
  const made = Buffer.from(file(1, grey));
  made.writeUInt32BE(width, 16);
  made.writeUInt32BE(height, 20);
  return made;
}

describe('a file that is no image of a code is refused, and nothing large is made of it', () => {
  const png = file(1, grey);
  test.each([
    ['nothing', new Uint8Array(), 'image.not_an_image'],
    ['a text', Buffer.from('00020101'), 'image.not_an_image'],
    ['a PNG that breaks off', png.subarray(0, png.length / 2), 'image.damaged'],
    ['a PNG of its head alone', png.subarray(0, 20), 'image.damaged'],
    ['a PNG of no size', saysSize(0, 7), 'image.damaged'],
    ['a PNG of 4 000 million pixels', saysSize(65_535, 65_535), 'image.too_large'],
    ['a PNG that unpacks to 100 MB', bomb(), 'image.damaged'],
    ['a JPEG that breaks off', Buffer.from('ffd8ffe000', 'hex'), 'image.damaged'],
    [
      'a white PNG',
      file(
        1,
        grey.map(() => 255),
      ),
      'image.no_code',
    ],
  ])('%s', (_, image, code) => {
    const began = performance.now();
    expect(readImage(image).problems.map((problem) => problem.code)).toEqual([code]);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('whatever byte of an image is altered, it is read as it was or refused', () => {
    const files = [png, encodeJpeg({ ...drawn, data: Buffer.from(drawn.data) }, 60).data];
    for (const whole of files) {
      for (let step = 0; step < 20; step++) {
        const altered = Uint8Array.from(whole);
        const at = Math.floor((whole.length * step) / 20);
        altered[at] = (altered[at] ?? 0) ^ 0x5a;
        const read = readImage(altered);
        if (read.ok) expect(read.value).toBe(text);
      }
    }
  });
});
