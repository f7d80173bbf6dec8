// Bugs throw, loudly and with their cause.
import { expect, test } from 'vitest';
import { assert, assertNever, Defect, defect, required } from './defect.ts';

test('a condition that does not hold is a defect', () => {
  expect(() => assert(1 + 1 === 3, 'sums differ')).toThrow(new Defect('sums differ'));
  expect(() => assert(true, 'never')).not.toThrow();
});

test('a value that must be there is given, zero and empty included', () => {
  expect([required(0n, 'balance'), required('', 'memo'), required(false, 'flag')]).toEqual([
    0n,
    '',
    false,
  ]);
  expect(() => required(undefined, 'the leg')).toThrow(/the leg is absent/);
  expect(() => required(null, 'the leg')).toThrow(Defect);
});

test('a case that the types exclude is a defect when it comes', () => {
  const state: string = 'unheard';
  const visit = (value: never) => assertNever(value, 'state');
  const call = (): unknown => Reflect.apply(visit, undefined, [state]);
  expect(call).toThrow(/unexpected state: unheard/);
});

test('a defect keeps its cause', () => {
  const cause = new Error('disk');
  try {
    defect('cannot be', { cause });
  } catch (error) {
    expect(error).toBeInstanceOf(Defect);
    expect(error).toMatchObject({ name: 'Defect', cause });
    return;
  }
  throw new Error('nothing was thrown');
});
