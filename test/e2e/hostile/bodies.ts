// From one good body many bad ones: each member of it wrong in every way that a program, or
// somebody who means harm, gets wrong.

export interface BadBody {
  readonly what: string;
  readonly body: string | Uint8Array;
  readonly contentType?: string;
}

type Json = { [name: string]: Json } | string;

const AMOUNTS = [
  '-1.00',
  '0',
  '0.00',
  '0.001',
  '1e3',
  '+1.00',
  ' 1.00',
  '01.00',
  '1,00',
  '１.00',
  '',
  'NaN',
  '9'.repeat(40),
  '92233720368547758.08',
];
const CURRENCIES = ['XXX', 'cny', 'CN', '', 'CNYCNY', '156'];
const TEXTS = ['a\u0000b', '\ud800', 'x'.repeat(5_000), '', '\u202e', '../../etc/passwd'];
const OTHERS = [null, 17, true, [], {}, [[]]];

/** Every member by its path, with what is there. */
function* leaves(value: Json, path: readonly string[] = []): Generator<[string[], string]> {
  if (typeof value === 'string') yield [[...path], value];
  else for (const [name, each] of Object.entries(value)) yield* leaves(each, [...path, name]);
}

function replaced(value: Json, path: readonly string[], by: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined || typeof value === 'string') return by;
  const inner = value[name];
  return { ...value, [name]: inner === undefined ? by : replaced(inner, rest, by) };
}

/** JSON with the escapes that `JSON.stringify` would not write. */
const written = (value: unknown) => JSON.stringify(value);

function wrongFor(name: string): readonly unknown[] {
  if (name === 'amount') return [...OTHERS, ...AMOUNTS];
  if (name === 'currency') return [...OTHERS, ...CURRENCIES];
  // a name, note or account may be any words, but not these
  return [...OTHERS, ...TEXTS.slice(0, 3)];
}

export function* badBodies(good: Json, bytesMax: number): Generator<BadBody> {
  const text = JSON.stringify(good);
  yield { what: 'no body', body: '' };
  yield { what: 'no JSON', body: 'amount=1' };
  yield { what: 'half of it', body: text.slice(0, -1) };
  yield { what: 'twice', body: text + text };
  yield { what: 'null', body: 'null' };
  yield { what: 'a list', body: `[${text}]` };
  yield { what: 'a text', body: '"1"' };
  yield { what: 'too large', body: `{"x":"${'x'.repeat(bytesMax)}"}` };
  yield { what: 'deep', body: '['.repeat(10_000) };
  yield { what: 'deep objects', body: '{"a":'.repeat(5_000) };
  yield { what: 'a key twice', body: text.replace('{', '{"x":1,"x":2,') };
  yield { what: '__proto__', body: text.replace('{', '{"__proto__":{"isAdmin":true},') };
  yield { what: 'constructor', body: text.replace('{', '{"constructor":{},') };
  yield { what: 'a member nobody knows', body: text.replace('{', '{"surprise":1,') };
  yield { what: 'no UTF-8', body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) };
  yield { what: 'a form', body: text, contentType: 'application/x-www-form-urlencoded' };
  yield { what: 'XML', body: '<!DOCTYPE a [<!ENTITY b "c">]><a/>', contentType: 'text/xml' };
  for (const [path, value] of leaves(good)) {
    const name = path.at(-1) ?? '';
    for (const wrong of wrongFor(name)) {
      if (wrong === value) continue;
      const shown = (JSON.stringify(wrong) ?? '').slice(0, 24);
      yield { what: `${path.join('.')} is ${shown}`, body: written(replaced(good, path, wrong)) };
    }
  }
}
