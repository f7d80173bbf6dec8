// Payout files: rows in, results out. A row that cannot be paid is no error of the file: it is
// read, judged and told about like the others.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { CommandError, EXIT } from './exit.ts';

const COLUMNS = ['reference', 'alias', 'name', 'amount', 'currency'] as const;

export interface PayoutRow {
  /** Line in the file, the header being 1. */
  readonly line: number;
  /** The payer's own: what makes the row the same one in every run. */
  readonly reference: string;
  readonly alias: string;
  /** Whom the payer means to pay; may be empty. */
  readonly name: string;
  readonly amount: string;
  readonly currency: string;
}

export interface PayoutResult extends PayoutRow {
  readonly status: 'completed' | 'not_paid' | 'unknown';
  readonly paymentId: string;
  readonly fee: string;
  /** Completed by an earlier run of the same file. */
  readonly before: boolean;
  readonly reason: string;
}

const recordSchema = z.object({
  record: z.record(z.string(), z.string()),
  info: z.object({ lines: z.int() }),
});

/** @throws CommandError where the file is no table with these columns. */
export function readPayouts(text: string, path: string): PayoutRow[] {
  let records: unknown;
  try {
    records = parse(text, {
      columns: true,
      bom: true,
      trim: true,
      info: true,
      skipEmptyLines: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.usage, `${path} is no CSV: ${reason}`);
  }
  return z
    .array(recordSchema)
    .parse(records)
    .map(({ record, info }) => {
      const missing = COLUMNS.filter((column) => record[column] === undefined);
      if (missing.length > 0) {
        const words = `${path} has no column ${missing.join(', ')}`;
        throw new CommandError(EXIT.usage, words, `the first line is ${COLUMNS.join(',')}`);
      }
      const { reference = '', alias = '', name = '', amount = '', currency = '' } = record;
      return { line: info.lines, reference, alias, name, amount, currency };
    });
}

export function writeResults(results: readonly PayoutResult[]): string {
  const head = [...COLUMNS, 'status', 'paid_before', 'fee', 'payment_id', 'reason'];
  const rows = results.map((each) => [
    ...COLUMNS.map((column) => each[column]),
    each.status,
    each.before ? 'yes' : 'no',
    each.fee,
    each.paymentId,
    each.reason,
  ]);
  return stringify([head, ...rows], { escape_formulas: true });
}
