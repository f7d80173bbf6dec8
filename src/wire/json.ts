// JSON from outside, read so that no two readers can understand it differently: duplicate keys,
// prototype keys, NUL, lone surrogates, numbers that lose digits and deep nesting are refused.
import type { ProblemCode } from '@hutong/sdk/contract';

export interface JsonLimits {
  readonly bytesMax: number;
  readonly depthMax: number;
}

export const JSON_LIMITS: JsonLimits = { bytesMax: 64 * 1024, depthMax: 32 };

export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: JsonProblem; readonly pointer: string };

export type JsonProblem = Extract<
  ProblemCode,
  | 'body_too_large'
  | 'json_malformed'
  | 'json_too_deep'
  | 'json_duplicate_key'
  | 'json_forbidden_key'
  | 'text_forbidden'
>;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One open object or array. */
interface Frame {
  /** null in an array. */
  readonly keys: Set<string> | null;
  key: string;
  index: number;
  expectsKey: boolean;
}

class Fault extends Error {
  readonly code: JsonProblem;
  constructor(code: JsonProblem) {
    super(code);
    this.code = code;
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i += 1;
    else if (char === QUOTE) return i;
  }
  throw new Fault('json_malformed');
}

function stringAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  const value: unknown = JSON.parse(text.slice(start, end + 1));
  const decoded = typeof value === 'string' ? value : '';
  if (decoded.includes('\u0000') || !decoded.isWellFormed()) throw new Fault('text_forbidden');
  return decoded;
}

function enterKey(frame: Frame, key: string): void {
  frame.key = key;
  if (FORBIDDEN_KEYS.has(key)) throw new Fault('json_forbidden_key');
  if (frame.keys?.has(key) === true) throw new Fault('json_duplicate_key');
  frame.keys?.add(key);
  frame.expectsKey = false;
}

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** Integers beyond 2^53 would silently become other integers. */
function numberEnd(text: string, start: number): number {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  if (match === null) throw new Fault('json_malformed');
  if (match[1] === undefined && match[2] === undefined && !Number.isSafeInteger(Number(match[0]))) {
    throw new Fault('json_malformed');
  }
  if (!Number.isFinite(Number(match[0]))) throw new Fault('json_malformed');
  return start + match[0].length - 1;
}

/** Walks a text that JSON.parse has accepted; throws at the first thing that is refused. */
function walk(text: string, depthMax: number, frames: Frame[]): void {
  for (let i = 0; i < text.length; i += 1) {
    const frame = frames.at(-1);
    switch (text.charAt(i)) {
      case '"': {
        const end = endOfString(text, i);
        const value = stringAt(text, i, end);
        if (frame?.expectsKey === true) enterKey(frame, value);
        i = end;
        break;
      }
      case '{':
      case '[': {
        if (frames.length >= depthMax) throw new Fault('json_too_deep');
        const isObject = text.charAt(i) === '{';
        frames.push({
          keys: isObject ? new Set() : null,
          key: '',
          index: 0,
          expectsKey: isObject,
        });
        break;
      }
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (frame !== undefined) {
          frame.expectsKey = frame.keys !== null;
          frame.index += 1;
        }
        break;
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        i = numberEnd(text, i);
        break;
      default:
    }
  }
}

/** RFC 6901. */
function pointerOf(frames: readonly Frame[]): string {
  return frames
    .map((frame) =>
      frame.keys === null
        ? `/${frame.index}`
        : `/${frame.key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
}

export function parseJson(bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): JsonResult {
  const refuse = (code: JsonProblem, pointer = ''): JsonResult => ({ ok: false, code, pointer });
  if (bytes.length > limits.bytesMax) return refuse('body_too_large');
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refuse('text_forbidden');
  }
  if (text.charCodeAt(0) === 0xfeff) return refuse('json_malformed');
  const depth = roughDepth(text);
  if (depth > limits.depthMax) return refuse('json_too_deep');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('json_malformed');
  }
  const frames: Frame[] = [];
  try {
    walk(text, limits.depthMax, frames);
  } catch (error) {
    if (error instanceof Fault) return refuse(error.code, pointerOf(frames));
    throw error;
  }
  return { ok: true, value };
}

/** Brackets outside strings, before anything recursive sees them. */
function roughDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      for (i += 1; i < text.length && text.charCodeAt(i) !== QUOTE; i += 1) {
        if (text.charCodeAt(i) === BACKSLASH) i += 1;
      }
    } else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
}
