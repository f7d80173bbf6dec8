// The way out to a participant's wallet: signed calls, verified answers. What it cannot prove it
// does not say: a time-out, a refused connection, an unsigned or unreadable answer are all
// `pending`. A refused connection proves nothing about earlier sends of the same instruction
// (before a restart).
import {
  askPartyRoute,
  askQuoteRoute,
  partyAnswerSchema,
  pathOf,
  quoteAnswerSchema,
  type Route,
} from '@hutong/sdk/contract';
import { z } from 'zod';
import { parseAmountOrZero } from '../../money/index.ts';
import type {
  Amount,
  Capability,
  ConnectionSettings,
  Connector,
  LegReport,
  Outcome,
  PartyAnswer,
  StoredInstruction,
} from '../../payments/port.ts';
import { problem } from '../../problems/index.ts';
import { required } from '../../runtime/defect.ts';
import { type HttpResult, parseJson } from '../../wire/index.ts';
import { answerEvidence } from '../signed-auth.ts';
import { createNativeAuth } from './native.auth.ts';
import type { NativeConnectorDeps } from './native.deps.ts';
import { currencyOf, writeMoney } from './native.messages.ts';
import { encodeInstruction, legReport, routesOf, unknownReport } from './native.outbound.ts';

/** What a native connection configures. */
export const nativeSettingsSchema = z.strictObject({
  /** How long the wallet may take to answer; then the switch inquires. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type NativeSettings = z.infer<typeof nativeSettingsSchema>;

export const nativeCapabilities: readonly Capability[] = [
  'push',
  'collect',
  'lookup',
  'quote',
  'refund',
  'inquiry',
];

const capabilities: ReadonlySet<Capability> = new Set(nativeCapabilities);
const INQUIRY_FIRST_MS = 500;
const INQUIRY_MS_MAX = 60_000;

type Answered = Extract<HttpResult, { kind: 'answered' }>;

interface Called {
  readonly answer: Answered;
  /** The parsed body, when the wallet has signed the answer. */
  readonly signed: { readonly value: unknown } | null;
}

export function createNativeConnector(deps: NativeConnectorDeps): Connector {
  const { currencies, http } = deps;
  const auth = createNativeAuth(deps);

  async function call(
    connection: ConnectionSettings,
    route: Route,
    params: Readonly<Record<string, string>>,
    body: Uint8Array | null,
  ): Promise<Called | null> {
    const endpoint = required(connection.endpoint, `endpoint of ${connection.id}`);
    const url = endpoint.replace(/\/+$/, '') + pathOf(route, params);
    const { method } = route;
    const idempotencyKey = route.idempotent ? params['legId'] : undefined;
    const headers = auth.signCall({ method, url, body, idempotencyKey });
    const { timeoutMs } = nativeSettingsSchema.parse(connection.settings ?? {});
    const sent = { ...headers, accept: 'application/json' };
    const answer = await http.request({ method, url, headers: sent, body, timeoutMs });
    if (answer.kind !== 'answered') return null;
    if (!auth.verifyAnswer(answer, headers, connection.participantId)) {
      return { answer, signed: null };
    }
    const parsed = parseJson(answer.body);
    return { answer, signed: parsed.ok ? { value: parsed.value } : null };
  }

  async function execute(
    connection: ConnectionSettings,
    { kind, legId, bytes }: StoredInstruction,
  ): Promise<LegReport> {
    return reportOf(await call(connection, routesOf[kind].execute, { legId }, bytes));
  }

  async function ask(
    connection: ConnectionSettings,
    route: Route,
    question: object,
  ): Promise<unknown> {
    const bytes = Buffer.from(JSON.stringify(question), 'utf8');
    const called = await call(connection, route, {}, bytes);
    return called?.answer.status === 200 ? called.signed?.value : undefined;
  }

  return {
    capabilitiesOf: () => capabilities,
    encode: (_connection, instruction) => encodeInstruction(currencies, instruction),
    execute,
    async inquire(connection, stored) {
      const { inquire } = routesOf[stored.kind];
      if (inquire === null) return execute(connection, stored);
      const called = await call(connection, inquire, { legId: stored.legId }, null);
      // Unknown to the wallet: the same bytes again. Signed or not, sending them again is harmless.
      return called?.answer.status === 404 ? execute(connection, stored) : reportOf(called);
    },
    inquiryDelayMs: (n) => Math.min(INQUIRY_FIRST_MS * 2 ** Math.min(n - 1, 20), INQUIRY_MS_MAX),
    async lookup(connection, account) {
      return partyOutcome(await ask(connection, askPartyRoute, { account }));
    },
    async quote(connection, account, amount) {
      const question = { account, amount: writeMoney(currencies, amount) };
      return quoteOutcome(deps, amount, await ask(connection, askQuoteRoute, question));
    },
  };
}

function reportOf(called: Called | null): LegReport {
  if (called === null) return unknownReport();
  const { answer, signed } = called;
  const isAnswer = signed !== null && (answer.status === 200 || answer.status === 202);
  return isAnswer ? legReport(signed.value, answerEvidence(answer)) : unknownReport();
}

const unavailable = { ok: false, problem: problem('payee_participant_unavailable') } as const;

function partyOutcome(value: unknown): Outcome<PartyAnswer> {
  const parsed = partyAnswerSchema.safeParse(value);
  if (!parsed.success) return unavailable;
  const { name = null, payable, currencies } = parsed.data;
  return { ok: true, value: { name, payable, currencies }, replayed: false };
}

function quoteOutcome(
  { currencies }: NativeConnectorDeps,
  asked: Amount,
  value: unknown,
): Outcome<{ readonly payeeFeeMinor: bigint }> {
  const parsed = quoteAnswerSchema.safeParse(value);
  if (!parsed.success) return unavailable;
  const { payable, fee } = parsed.data;
  if (!payable) return { ok: false, problem: problem('payee_not_payable') };
  const minor = parseAmountOrZero(fee.amount, currencyOf(currencies, asked.currency));
  if (fee.currency !== asked.currency || !minor.ok) return unavailable;
  return { ok: true, value: { payeeFeeMinor: minor.minor }, replayed: false };
}
