// Payout files as people and spreadsheets write them.
import { expect, test } from 'vitest';
import { type PayoutResult, readPayouts, writeResults } from './payouts.csv.ts';

const HEAD = 'reference,alias,name,amount,currency';

test.each([
  ['a byte order mark and CRLF', `\ufeff${HEAD}\r\nR1,phone:+861,Li Na,1.00,CNY\r\n`],
  ['quotes, and blanks around', `${HEAD}\n "R1" , "phone:+861" ,Li Na, 1.00 ,CNY\n`],
  [
    'columns in another order',
    'currency,amount,name,alias,reference\nCNY,1.00,Li Na,phone:+861,R1\n',
  ],
  ['a column of their own', `${HEAD},department\nR1,phone:+861,Li Na,1.00,CNY,kitchen\n`],
  ['empty lines', `${HEAD}\n\nR1,phone:+861,Li Na,1.00,CNY\n\n`],
])('%s: the row is read as it is meant', (_, text) => {
  const [row, ...more] = readPayouts(text, 'a.csv');
  const amount = { amount: '1.00', currency: 'CNY' };
  expect(row).toMatchObject({ reference: 'R1', alias: 'phone:+861', name: 'Li Na', ...amount });
  expect(more).toEqual([]);
});

test('a comma within quotes is part of the amount, and so the amount will be refused', () => {
  const [row] = readPayouts(`${HEAD}\nR1,phone:+861,Li Na,"1,000.00",CNY\n`, 'a.csv');
  expect(row?.amount).toBe('1,000.00');
});

test.each([
  ['a missing column', 'reference,alias,amount,currency\nR1,phone:+861,1.00,CNY\n', 'name'],
  ['a row that is too short', `${HEAD}\nR1,phone:+861\n`, 'no CSV'],
  ['an open quote', `${HEAD}\nR1,"phone:+861,Li Na,1.00,CNY\n`, 'no CSV'],
])('%s is told before anything is paid', (_, text, words) => {
  expect(() => readPayouts(text, 'a.csv')).toThrow(words);
});

const result: PayoutResult = {
  line: 2,
  reference: '=SUM(A1)',
  alias: 'phone:+861',
  name: 'Li, Na',
  amount: '1.00',
  currency: 'CNY',
  status: 'not_paid',
  paymentId: '',
  fee: '',
  before: false,
  reason: 'The payee cannot be paid',
};

test('results can be read back, and no cell is a formula to a spreadsheet', () => {
  const text = writeResults([result]);
  const [row] = readPayouts(text, 'b.csv');
  expect(row).toMatchObject({ name: 'Li, Na', amount: '1.00', reference: "'=SUM(A1)" });
});
