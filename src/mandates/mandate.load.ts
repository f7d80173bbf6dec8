// Mandates and executions as they stand in their tables.
import { problemCodeSchema } from '@hutong/sdk/contract';
import type { Unseal } from '../journal/machine.ts';
import {
  bigintOf,
  bytesOf,
  integerOf,
  integerOrNull,
  textOf,
  textOrNull,
  wordOf,
} from '../journal/row.ts';
import type { Reader, Row } from '../journal/store.ts';
import { MANDATE_STATUSES } from './mandate.states.ts';
import { EXECUTION_STATES, type Execution, INITIATORS, type Mandate } from './mandate.ts';
import { MANDATE_PERIODS } from './period.ts';

/** A shredded party has no account any more: nothing can be collected from it. */
const SHREDDED = Buffer.from('{"account":"","name":null}');

function mandateOf(row: Row, payer: Uint8Array | null, payee: Uint8Array | null): Mandate {
  const previous = textOrNull(row, 'previous_status');
  return {
    id: textOf(row, 'id'),
    initiator: wordOf(row, 'initiator', INITIATORS),
    isScheduled: row['is_scheduled'] === true,
    isFixed: row['is_fixed'] === true,
    status: wordOf(row, 'status', MANDATE_STATUSES),
    previousStatus: previous === null ? null : wordOf(row, 'previous_status', MANDATE_STATUSES),
    payerParticipantId: textOf(row, 'payer_participant_id'),
    payerConnectionId: textOf(row, 'payer_connection_id'),
    payeeParticipantId: textOf(row, 'payee_participant_id'),
    payeeConnectionId: textOf(row, 'payee_connection_id'),
    currency: textOf(row, 'currency'),
    amountMinor: bigintOf(row, 'amount_minor'),
    period: wordOf(row, 'period', MANDATE_PERIODS),
    periodMaxMinor: bigintOf(row, 'period_max_minor'),
    firstAtMs: integerOf(row, 'first_at_ms'),
    endsAtMs: integerOrNull(row, 'ends_at_ms'),
    countMax: integerOrNull(row, 'count_max'),
    span: textOf(row, 'span'),
    usedMinor: bigintOf(row, 'used_minor'),
    made: integerOf(row, 'made'),
    nextN: integerOf(row, 'next_n'),
    consentedAtMs: integerOrNull(row, 'consented_at_ms'),
    createdAtMs: integerOf(row, 'created_at_ms'),
    updatedSeq: integerOf(row, 'updated_seq'),
    payer: { bytes: payer ?? SHREDDED, subjects: [] },
    payee: { bytes: payee ?? SHREDDED, subjects: [] },
  };
}

async function opened(rows: readonly Row[], unseal: Unseal): Promise<Mandate[]> {
  const bytes = await unseal(rows.flatMap((row) => [bytesOf(row, 'payer'), bytesOf(row, 'payee')]));
  return rows.map((row, i) => mandateOf(row, bytes[2 * i] ?? null, bytes[2 * i + 1] ?? null));
}

function executionOf(row: Row): Execution {
  const problem = textOrNull(row, 'problem');
  return {
    mandateId: textOf(row, 'mandate_id'),
    n: integerOf(row, 'n'),
    span: textOf(row, 'span'),
    amountMinor: bigintOf(row, 'amount_minor'),
    state: wordOf(row, 'state', EXECUTION_STATES),
    attempt: integerOf(row, 'attempt'),
    dueAtMs: integerOf(row, 'due_at_ms'),
    paymentId: textOrNull(row, 'payment_id'),
    orderId: textOrNull(row, 'order_id'),
    problem: problem === null ? null : problemCodeSchema.parse(problem),
    createdAtMs: integerOf(row, 'created_at_ms'),
  };
}

/** What lives, or has an execution that is still open. */
export async function loadMandates(reader: Reader, unseal: Unseal) {
  const open = await reader.rows(
    // rides mandate_executions_open_idx
    `select * from mandate_executions where state in ('due', 'asked') order by mandate_id, n`,
  );
  const executions = open.map(executionOf);
  const rows = await reader.rows(
    // rides mandates_live_idx and mandates_pkey
    `select * from mandates where status in ('proposed', 'active', 'paused')
     union all
     select * from mandates where id = any($1::uuid[])
       and status not in ('proposed', 'active', 'paused')`,
    [[...new Set(executions.map(({ mandateId }) => mandateId))]],
  );
  return { mandates: await opened(rows, unseal), executions };
}
