// Bytes of an image file → pixels, PNG or JPEG. Files come from strangers: what they say of their
// size is checked before anything of that size is made.
import {
  convertIndexedToRgb,
  type DecodedPng,
  decode as decodePng,
  hasPngSignature,
} from 'fast-png';
import { Unzlib } from 'fflate';
import { decode as decodeJpeg } from 'jpeg-js';
import { type CodeResult, found, refused } from '../problem.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opaque; four bytes each. */
  readonly data: Uint8Array;
}

/** More than any phone's camera gives without asking for it. */
export const MEGAPIXELS_MAX = 25;
const JPEG_MEMORY_MB_MAX = 512;
const PNG_HEADER_BYTES = 33;
/** Chunks that make the picture; all others (profiles, texts, which may be bombs) are left out. */
const PICTURE_CHUNKS: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
const INFLATE_STEP_BYTES = 4_096;

const tooLarge = () => refused('image.too_large', { params: { max: String(MEGAPIXELS_MAX) } });

/** Problems: `image.not_an_image`, `image.too_large`, `image.damaged`. */
export function pixelsOf(file: Uint8Array): CodeResult<Pixels> {
  if (hasPngSignature(file)) return pngPixels(file);
  return file[0] === 0xff && file[1] === 0xd8 ? jpegPixels(file) : refused('image.not_an_image');
}

function jpegPixels(file: Uint8Array): CodeResult<Pixels> {
  const limits = { maxResolutionInMP: MEGAPIXELS_MAX, maxMemoryUsageInMB: JPEG_MEMORY_MB_MAX };
  try {
    const { width, height, data } = decodeJpeg(file, { useTArray: true, ...limits });
    return width > 0 && height > 0 ? found({ width, height, data }) : refused('image.damaged');
  } catch (error) {
    // The library throws whatever is wrong with the file; its limits say so in words alone.
    const isLimit = error instanceof Error && /limit exceeded/.test(error.message);
    return isLimit ? tooLarge() : refused('image.damaged');
  }
}

function pngPixels(file: Uint8Array): CodeResult<Pixels> {
  if (file.length < PNG_HEADER_BYTES) return refused('image.damaged');
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  if (width === 0 || height === 0) return refused('image.damaged');
  if (width * height > MEGAPIXELS_MAX * 1_000_000) return tooLarge();
  const picture = pictureChunks(file, header);
  // Eight bytes a pixel at most, a filter byte per row (seven passes when interlaced).
  const most = width * height * 8 + 8 * (height + 8);
  if (picture === undefined || !inflatesWithin(picture.compressed, most)) {
    return refused('image.damaged');
  }
  try {
    return found(rgba(decodePng(picture.file)));
  } catch {
    // Whatever the library throws about a file, the file is damaged.
    return refused('image.damaged');
  }
}

interface Picture {
  readonly file: Uint8Array;
  readonly compressed: readonly Uint8Array[];
}

/** The file without all that is no picture; undefined where its chunks cannot be followed. */
function pictureChunks(file: Uint8Array, view: DataView): Picture | undefined {
  const kept: Uint8Array[] = [file.subarray(0, 8)];
  const compressed: Uint8Array[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > file.length) return undefined;
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (PICTURE_CHUNKS.includes(type)) kept.push(file.subarray(at, end));
    if (type === 'IDAT') compressed.push(file.subarray(at + 8, end - 4));
    if (type === 'IEND') return { file: joined(kept), compressed };
    at = end;
  }
  return undefined;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Unpacks in small steps and throws the result away: a step cannot grow beyond a few MB. */
function inflatesWithin(parts: readonly Uint8Array[], most: number): boolean {
  let size = 0;
  const unpack = new Unzlib((chunk) => {
    size += chunk.length;
  });
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length && size <= most; at += INFLATE_STEP_BYTES) {
        unpack.push(part.subarray(at, at + INFLATE_STEP_BYTES));
      }
    }
  } catch {
    // The library throws whatever is wrong with the stream.
    return false;
  }
  return size <= most;
}

/** Grey, colour or palette, of any depth, on white where it is transparent. */
function rgba(png: DecodedPng): Pixels {
  const { width, height } = png;
  const plain = png.palette === undefined ? png : withPalette(png);
  const { channels, depth, data: values } = plain;
  const max = 2 ** depth - 1;
  const hasAlpha = channels === 2 || channels === 4;
  const isGrey = channels < 3;
  const data = new Uint8Array(width * height * 4);
  const sample = sampler(values, depth, width * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [(pixel % width) * channels, Math.floor(pixel / width)];
    const alpha = hasAlpha ? sample(x + channels - 1, y) / max : 1;
    for (let colour = 0; colour < 3; colour++) {
      const value = (sample(isGrey ? x : x + colour, y) / max) * 255;
      data[pixel * 4 + colour] = Math.round(value * alpha + 255 * (1 - alpha));
    }
    data[pixel * 4 + 3] = 255;
  }
  return { width, height, data };
}

interface Samples {
  readonly channels: number;
  readonly depth: number;
  readonly data: ArrayLike<number>;
}

function withPalette(png: DecodedPng): Samples {
  const data = convertIndexedToRgb(png);
  return { data, depth: 8, channels: data.length / (png.width * png.height) };
}

/** Values of less than a byte are packed, each row from a byte of its own. */
function sampler(values: ArrayLike<number>, depth: number, perRow: number) {
  if (depth >= 8) return (x: number, y: number) => values[y * perRow + x] ?? 0;
  const bytesPerRow = Math.ceil((perRow * depth) / 8);
  const mask = 2 ** depth - 1;
  return (x: number, y: number) => {
    const bit = x * depth;
    const byte = values[y * bytesPerRow + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & mask;
  };
}
