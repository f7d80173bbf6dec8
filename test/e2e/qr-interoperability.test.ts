// Codes that we write are read by other people's libraries, and theirs by us. Where they differ,
// the difference stands here as a test, and in src/codes/README.md with its reason.
import { describe, expect, test } from 'vitest';
import published from '../../src/codes/golden/published.json' with { type: 'json' };
import shown from '../../src/codes/golden/shown.json' with { type: 'json' };
import {
  isTemplate,
  profiles,
  readCode,
  readMerchantCode,
  type SchemeCode,
  writeSchemeCode,
  writeUpiLink,
} from '../../src/codes/index.ts';
import { schemeExamples } from '../../src/codes/profiles/examples.ts';
import { readers, writers } from '../clients/codes.js';

function written(example: SchemeCode): string {
  const result = writeSchemeCode(example);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const examples = schemeExamples.map((example) => {
  const payload = written(example);
  return [example.scheme, readCode(payload).fields['variant'], payload, example] as const;
});
const of = (scheme: string, variant: string) =>
  examples.find((each) => each[0] === scheme && each[1] === variant)?.[2] ?? '';

describe('codes of every scheme that we write', () => {
  test('every scheme has an example', () => {
    const shown = examples.map(([scheme]) => scheme);
    expect(profiles.map(({ id }) => id).filter((id) => !shown.includes(id))).toEqual([]);
  });

  test.each(examples)('%s %s: promptparse finds payee, amount and names', (_, __, payload) => {
    const { code } = readMerchantCode(payload);
    const get = (id: string, subId?: string) => readers.promptparse(payload, id, subId);
    for (const account of [...(code?.accounts ?? []), ...(code?.others ?? [])]) {
      if (!isTemplate(account)) expect(get(account.id)).toBe(account.value);
      else for (const each of account.objects) expect(get(account.id, each.id)).toBe(each.value);
    }
    expect(get('54')).toBe(code?.amount);
    expect([get('53'), get('58')]).toEqual([code?.currency, code?.country]);
    expect([get('59'), get('60')]).toEqual([code?.name, code?.city]);
  });

  const withoutCards = examples.filter(([, , payload]) => cardAccounts(payload).length === 0);
  test.each(withoutCards)('%s %s: emv-qrcps makes the same of what it read', (_, __, payload) => {
    expect(contents(readers.emvQrcps(payload))).toEqual(contents(payload));
  });

  test('KHQR: the operator finds the codes valid, and the same account', () => {
    for (const variant of ['individual', 'merchant']) {
      const { isValid, data } = readers.bakongKhqr(of('khqr', variant));
      expect(isValid).toBe(true);
      expect(data).toMatchObject({ bakongAccountID: 'teahouse@abaa', merchantCity: 'Phnom Penh' });
    }
  });

  test('PIX: pix-utils finds key, location and recurrence', () => {
    const key = { type: 'STATIC', pixKey: '+5561912345678', merchantCity: 'BRASILIA' };
    expect(readers.pixUtils(of('pix', 'static'))).toMatchObject(key);
    const url = 'pix.example.com/8b3da2f39a4140d1a91abd93113bd441';
    expect(readers.pixUtils(of('pix', 'dynamic'))).toMatchObject({ type: 'DYNAMIC', url });
    const urlRec = 'pix.example.com/rec/8b3da2f39a4140d1a91abd93113bd441';
    expect(readers.pixUtils(of('pix', 'automatic'))).toMatchObject({ type: 'RECURRENCE', urlRec });
  });

  test('VietQR: vietnam-qr-pay finds bank, account and amount', () => {
    expect(readers.vietnamQrPay(of('vietqr', 'account'))).toMatchObject({
      isValid: true,
      amount: '180000',
      consumer: { bankBin: '970403', bankNumber: '0011012345678' },
      provider: { name: 'VIETQR', service: 'QRIBFTTA' },
    });
  });
});

/** Plain accounts, 02 to 25. */
function cardAccounts(payload: string): readonly string[] {
  return contents(payload).filter((object) => object >= '02' && object < '26');
}

/** Outermost objects but the checksum, without their order. */
function contents(payload: string): readonly string[] {
  const objects: string[] = [];
  const chars = [...payload];
  for (let at = 0; at < chars.length; ) {
    const to = at + 4 + Number(chars.slice(at + 2, at + 4).join(''));
    objects.push(chars.slice(at, to).join(''));
    at = to;
  }
  return objects.filter((object) => !object.startsWith('63')).sort();
}

describe('codes that other libraries write', () => {
  const soon = Date.now() + 600_000;
  const pix = { merchantName: 'Tea House', merchantCity: 'BRASILIA' };
  const location = 'pix.example.com/8b3da2f39a4140d1a91abd93113bd441';
  const khqr = { account: 'teahouse@abaa', name: 'Tea House', city: 'Phnom Penh' };
  const viet = { bankBin: '970403', bankNumber: '0011012345678' };
  const uen = { uen: '201403121W', company: 'Tea House', refNumber: 'R1' };
  test.each([
    ['promptpay-qr, phone', writers.promptpayQr('0812345678'), 'phone:+66812345678', undefined],
    [
      'promptpay-qr, national id with amount',
      writers.promptpayQr('1234567890123', 12.5),
      'scheme:promptpay:1234567890123',
      '12.50',
    ],
    [
      'promptparse, bill',
      writers.promptparseBill('099400016550100', 'INV12345', 300),
      'scheme:promptpay:099400016550100',
      '300.00',
    ],
    ['bakong-khqr, static', writers.bakongKhqr(khqr), 'scheme:khqr:teahouse@abaa', undefined],
    [
      'bakong-khqr, dynamic',
      writers.bakongKhqr({ ...khqr, amount: 10_000, expiresAtMs: soon }),
      'scheme:khqr:teahouse@abaa',
      '10000.00',
    ],
    [
      'paynowqr',
      writers.paynowQr({ ...uen, amount: 500, expiry: '20991231' }),
      'scheme:paynow:201403121W',
      '500.00',
    ],
    [
      'pix-utils, static',
      writers.pixStatic({ ...pix, pixKey: '+5561912345678', transactionAmount: 10, txid: 'ABC' }),
      'phone:+5561912345678',
      '10.00',
    ],
    ['pix-utils, dynamic', writers.pixDynamic({ ...pix, url: location }), undefined, undefined],
    [
      'pix-utils, recurrence',
      writers.pixRecurrence({ ...pix, urlRec: location }),
      undefined,
      undefined,
    ],
    [
      'vietnam-qr-pay, static',
      writers.vietQr(viet),
      'scheme:vietqr:970403/0011012345678',
      undefined,
    ],
    [
      'vietnam-qr-pay, dynamic',
      writers.vietQr({ ...viet, amount: '180000', purpose: 'Chuyen tien' }),
      'scheme:vietqr:970403/0011012345678',
      '180000',
    ],
  ])('%s: read strictly, with payee and amount', (_, payload, alias, amount) => {
    const reading = readCode(payload, { strict: true, nowMs: Date.now() });
    expect(reading.problems).toEqual([]);
    expect(reading.ok).toBe(true);
    expect([reading.alias?.text, reading.fields['amount']]).toEqual([alias, amount]);
  });

  test('upiqr: the same payee and amount', async () => {
    const link = await upiLink();
    const alias = { text: 'vpa:teahouse@upi' };
    const read = { ok: true, lenient: false, scheme: 'upi', alias, fields: { amount: '12.50' } };
    expect(readCode(link)).toMatchObject(read);
  });
});

const upiLink = () =>
  writers.upi({ payeeVPA: 'teahouse@upi', payeeName: 'Tea House', amount: '12.50' });

describe('where we differ', () => {
  test('promptparse refuses codes with Chinese: its checksum is not over UTF-8', () => {
    const [emvco] = published;
    expect(readers.promptparse(emvco?.payload ?? '', '54')).toBeUndefined();
    expect(readCode(emvco?.payload ?? '', { strict: true }).ok).toBe(true);
  });

  test('emv-qrcps takes the accounts of cards (02 to 25) for templates, and loses them', () => {
    for (const payload of [of('bharatqr', 'upi'), of('unionpay', 'merchant')]) {
      expect(cardAccounts(payload)).toHaveLength(1);
      expect(cardAccounts(readers.emvQrcps(payload))).not.toEqual(cardAccounts(payload));
    }
  });

  test('emv-qrcps writes a checksum without its leading zero, which we refuse', () => {
    const ours = of('qris', 'merchant');
    expect(ours).toMatch(/63040[0-9A-F]{3}$/);
    const theirs = readers.emvQrcps(ours);
    expect(theirs).toMatch(/630[34][0-9A-F]{3}$/);
    expect(readCode(theirs).ok).toBe(false);
  });

  test('upiqr writes blanks as plus, as forms of the Web do; to us a plus is a plus', async () => {
    expect(readCode(await upiLink()).fields['name']).toBe('Tea+House');
    const ours = writeUpiLink({ action: 'pay', vpa: 'teahouse@upi', name: 'Tea House' });
    expect(ours.ok && ours.value).toContain('pn=Tea%20House');
  });

  test('promptpay-qr calls a code with an amount dynamic; we do when we are told to', () => {
    expect(readCode(writers.promptpayQr('0812345678', 12.5)).mode).toBe('dynamic');
    expect(readCode(of('promptpay', 'transfer')).mode).toBe('static');
    const options = { alias: 'phone:+66812345678', amount: '12.50', mode: 'dynamic' } as const;
    const ours = contents(written({ scheme: 'promptpay', ...options }));
    expect(contents(writers.promptpayQr('0812345678', 12.5))).toEqual(ours);
  });

  test('of 21 published codes we read all; others fewer, or the altered ones as well', () => {
    const payloads = [...published, ...shown]
      .filter(({ mode }) => mode !== 'consumer')
      .map(({ payload }) => payload);
    const altered = payloads.map((payload) => payload.replace(/5802../, '5802QQ'));
    const read = (of: readonly string[], isRead: (payload: string) => boolean) =>
      of.filter((payload) => {
        try {
          return isRead(payload);
        } catch {
          // refused, in the only way that these libraries have
          return false;
        }
      }).length;
    const promptparse = (payload: string) => readers.promptparse(payload, '00') === '01';
    const emvQrcps = (payload: string) =>
      contents(readers.emvQrcps(payload)).join() === contents(payload).join();
    const ours = (payload: string) => readCode(payload).ok;
    const counted = [payloads, altered].map((of) => ({
      ours: read(of, ours),
      promptparse: read(of, promptparse),
      emvQrcps: read(of, emvQrcps),
    }));
    expect(counted[0]).toEqual({ ours: 21, promptparse: 19, emvQrcps: 15 });
    expect(counted[1]).toEqual({ ours: 0, promptparse: 0, emvQrcps: 15 });
  });
});
