// EIP-681 payment requests, `ethereum:0x…@1?value=…` and ERC-20 transfers. Only what pays: other
// contract calls are refused, because a wallet must never sign what it cannot show.
import { codeAlias } from '../alias.ts';
import { type CodeProblem, type CodeResult, codeProblem, found } from '../problem.ts';
import { type CodeReading, judged, present, type ReadOptions } from '../reading.ts';
import { parseQuery, type Query } from './query.ts';

export interface ChainRequest {
  /** EIP-155 chain number; 1 where not given. */
  readonly chainId?: string;
  /** `0x` and 40 hexadecimal digits. */
  readonly recipient: string;
  /** Contract of the ERC-20 token; the chain's own coin where not given. */
  readonly token?: string;
  /** In the smallest unit (wei, or the token's). */
  readonly amountAtomic?: string;
}

const SCHEME = 'eip681';
const FORM =
  /^ethereum:(?:pay-)?([^@/?]+)(?:@([0-9]{1,20}))?(?:\/([A-Za-z_][A-Za-z0-9_]*))?(?:\?|$)/i;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const NUMBER = /^\+?([0-9]*)(?:\.([0-9]+))?(?:[eE]([0-9]{1,2}))?$/;
/** 2^256 has 78 digits: more cannot be paid. */
const DIGITS_MAX = 78;

export function looksLikeChainRequest(text: string): boolean {
  return /^ethereum:/i.test(text);
}

/** `2.014e18` → `2014000000000000000`; undefined where it is no whole number of units. */
function wholeNumber(text: string): string | undefined {
  const match = NUMBER.exec(text);
  const [, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const places = Number(exponent);
  if (whole.length + places > DIGITS_MAX || fraction.length > places) return undefined;
  const digits = `${whole}${fraction.padEnd(places, '0')}`.replace(/^0+(?=.)/, '');
  return /[1-9]/.test(digits) ? digits : undefined;
}

export function readChainRequest(text: string, options: ReadOptions = {}): CodeReading {
  const match = FORM.exec(text);
  const [whole = '', target = '', chainId = '1', call] = match ?? [];
  const query = parseQuery(
    text,
    match === null || !whole.endsWith('?') ? text.length : whole.length,
  );
  const problems: CodeProblem[] = [...query.problems];
  if (match === null || !/^[1-9]/.test(chainId)) {
    problems.push(codeProblem('link.malformed', { position: 0, params: { scheme: 'EIP-681' } }));
    return judged({ scheme: SCHEME, mode: null, fields: {}, problems }, options);
  }
  if (call !== undefined && call !== 'transfer') {
    problems.push(codeProblem('link.required_unsupported', { path: call }));
  }
  const isToken = call === 'transfer';
  const recipient = isToken ? (query.values.get('address') ?? '') : target;
  for (const [path, value] of [
    ['address', recipient],
    ['token', isToken ? target : undefined],
  ] as const) {
    if (value === undefined || ADDRESS.test(value)) continue;
    // A name (ENS) would have to be looked up: what it points to can change after the scan.
    problems.push(codeProblem('link.field_malformed', { path, params: { found: value } }));
  }
  const amountAtomic = amountOf(isToken ? 'uint256' : 'value', query, problems);
  const isReadable = ADDRESS.test(recipient);
  return judged(
    {
      scheme: SCHEME,
      mode: amountAtomic === undefined ? 'static' : 'dynamic',
      fields: present({
        chainId,
        recipient: isReadable ? recipient.toLowerCase() : undefined,
        token: isToken ? target.toLowerCase() : undefined,
        amountAtomic,
        gasLimit: query.values.get('gas') ?? query.values.get('gasLimit'),
        gasPrice: query.values.get('gasPrice'),
      }),
      alias: isReadable ? codeAlias('chain', `eip155:${chainId}:${recipient.toLowerCase()}`) : null,
      problems,
    },
    options,
  );
}

function amountOf(wire: 'value' | 'uint256', query: Query, problems: CodeProblem[]) {
  const text = query.values.get(wire);
  if (text === undefined) return undefined;
  const amount = wholeNumber(text);
  if (amount === undefined) {
    const place = { position: query.positionOf(wire), path: wire, params: { found: text } };
    problems.push(codeProblem('link.field_malformed', place));
  }
  return amount;
}

export function writeChainRequest(request: ChainRequest): CodeResult<string> {
  const { chainId = '1', recipient, token, amountAtomic } = request;
  const query =
    token === undefined
      ? given('value', amountAtomic)
      : [`address=${recipient}`, ...given('uint256', amountAtomic)];
  const call = token === undefined ? recipient : token;
  const path = `ethereum:${call}@${chainId}${token === undefined ? '' : '/transfer'}`;
  const text = query.length === 0 ? path : `${path}?${query.join('&')}`;
  const { problems } = readChainRequest(text, { strict: true });
  return problems.length > 0 ? { ok: false, problems } : found(text);
}

const given = (name: string, value: string | undefined) =>
  value === undefined ? [] : [`${name}=${value}`];
