// An image file → the text of the QR code in it. What the text means is read.ts.
import { decodeQR } from 'qr/decode.js';
import { type CodeResult, found, refused } from '../problem.ts';
import { type Pixels, pixelsOf } from './pixels.ts';

/** For everything that is tried on a difficult photograph. */
const SEARCH_MS_MAX = 2_000;
/** Smaller images are drawn larger first: a module needs a few pixels to be found. */
const SMALL_SIDE = 400;

/**
 * The text of a PNG or JPEG image's QR code; of several, of the one that is found first. Problems:
 * `image.not_an_image`, `image.too_large`, `image.damaged`, `image.no_code`.
 */
export function readImage(file: Uint8Array): CodeResult<string> {
  const pixels = pixelsOf(file);
  if (!pixels.ok) return pixels;
  const side = Math.max(pixels.value.width, pixels.value.height);
  // Cut to the edge, a code has no quiet zone: a second look is at one that was given a border.
  const scale = side < SMALL_SIDE ? Math.ceil(SMALL_SIDE / side) : 1;
  const text = search(pixels.value) ?? search(framed(pixels.value, scale));
  return text === undefined ? refused('image.no_code') : found(text);
}

function search({ width, height, data }: Pixels): string | undefined {
  try {
    const limits = { effort: Number.POSITIVE_INFINITY, timeLimit: SEARCH_MS_MAX };
    return decodeQR({ width, height, data }, { format: 'RGBA', ...limits });
  } catch (error) {
    // The library throws where it finds nothing; wrong arguments would be a TypeError.
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}

/** Each pixel `scale` times as large, on white. */
function framed(pixels: Pixels, scale: number): Pixels {
  const border = Math.ceil(Math.max(pixels.width, pixels.height) / 8) * scale;
  const width = pixels.width * scale + 2 * border;
  const height = pixels.height * scale + 2 * border;
  const from = new Uint32Array(pixels.data.slice().buffer);
  const to = new Uint32Array(width * height).fill(0xffff_ffff);
  for (let y = 0; y < pixels.height * scale; y++) {
    const row = Math.floor(y / scale) * pixels.width;
    const at = (y + border) * width + border;
    for (let x = 0; x < pixels.width * scale; x++) {
      to[at + x] = from[row + Math.floor(x / scale)] ?? 0;
    }
  }
  return { width, height, data: new Uint8Array(to.buffer) };
}
