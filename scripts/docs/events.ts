// docs/reference/events.md: every type of event the journal writes. The words are here; that no
// type is missing and none is invented is found in the sources (test/docs/generated.test.ts).
import { globSync, readFileSync } from 'node:fs';
import { PAYMENT_TRANSITIONS } from '../../src/payments/payment.states.ts';
import { code, madeFrom, page, table } from './markdown.ts';

const SOURCES = new URL('../../', import.meta.url).pathname;
const FAMILIES =
  'payment|order|alias|bulk|participant|connection|key|quote|fx_rate|fee_schedule|webhook' +
  '|operator|resolution|limit|mandate|request|portability';

/** Said of an event that a participant gets; without `to`, only the operator's log has it. */
interface EventType {
  readonly type: string;
  readonly text: string;
  readonly to?: string;
}

const STATES: Readonly<Record<string, string>> = {
  held: 'waits for a review',
  reserved: 'is on hold: captured, fulfilled or released later',
  awaiting_payer: "the payer's platform was asked",
  closing: 'is being taken back: it ends when the platform has confirmed it',
  paid_in: 'the payer was debited, the payee is not yet credited',
  delivering: "the payee's side was instructed",
  returning: 'goes back to the payer',
  completed: 'ended: the payee has it',
  rejected: 'ended: nothing moved',
  expired: 'ended: nothing moved in time',
  returned: 'ended: the payer has it back',
};
const sides = 'payer, payee';

const others: readonly EventType[] = [
  { type: 'payment.in_doubt', text: "a side's answer is unknown; the switch asks on", to: sides },
  {
    type: 'payment.contradicted',
    text: 'a side said the opposite of what is final',
    to: 'who said it',
  },
  { type: 'payment.reviewed', text: 'a held payment was released or declined', to: sides },
  { type: 'payment.refused', text: 'an attempt was refused before it began', to: 'who asked' },
  { type: 'payment.return_refused', text: 'a return could not be delivered', to: sides },
  { type: 'order.open', text: 'can be paid', to: 'payee' },
  { type: 'order.claimed', text: 'an attempt has won it', to: 'payee' },
  { type: 'order.paid', text: 'paid', to: 'payee' },
  { type: 'order.closed', text: 'can no longer be paid', to: 'payee' },
  { type: 'order.refused', text: 'was not opened', to: 'who asked' },
  { type: 'bulk.received', text: 'a bulk was signed for', to: 'who sent it' },
  { type: 'alias.claimed', text: 'leads to an account of yours', to: 'its participant' },
  { type: 'alias.released', text: 'leads there no more', to: 'its participant' },
  { type: 'quote.created', text: 'binds until it expires', to: 'who asked' },
  { type: 'fx_rate.set', text: 'an FX participant exchanges at this rate', to: 'who set it' },
  { type: 'fee_schedule.set', text: 'fees have changed' },
  { type: 'participant.registered', text: 'takes part', to: 'itself' },
  { type: 'participant.renamed', text: 'has another name', to: 'itself' },
  { type: 'participant.status_changed', text: 'moved on in its life', to: 'itself' },
  { type: 'participant.currency_opened', text: 'may pay in this currency', to: 'itself' },
  { type: 'participant.cap_changed', text: 'its net debit cap is another', to: 'itself' },
  { type: 'participant.cover_deposited', text: 'its cover grew', to: 'itself' },
  { type: 'participant.cover_withdrawn', text: 'its cover shrank', to: 'itself' },
  {
    type: 'participant.limit_breached',
    text: 'a confirmed fact stands past its limit',
    to: 'itself',
  },
  { type: 'connection.added', text: 'is reached by one more connection', to: 'its participant' },
  { type: 'connection.changed', text: 'is reached otherwise', to: 'its participant' },
  { type: 'key.added', text: 'a key is believed', to: 'its participant' },
  { type: 'key.retired', text: 'a key is believed no more', to: 'its participant' },
  {
    type: 'webhook.disabled',
    text: 'an endpoint took nothing for too long',
    to: 'its participant',
  },
  {
    type: 'webhook.ping',
    text: 'was asked for by its participant; not in the journal',
    to: 'the endpoint',
  },
  { type: 'limit.set', text: 'a limit holds' },
  { type: 'limit.retired', text: 'a limit holds no more' },
  { type: 'operator.enrolled', text: "one of the operator's people may act" },
  { type: 'operator.changed', text: "what one of the operator's people may do has changed" },
  { type: 'resolution.proposed', text: 'one person says what became of a leg in doubt' },
  { type: 'resolution.approved', text: 'a second person agrees: the payment goes on' },
  { type: 'resolution.withdrawn', text: 'a second person does not' },
];

const ofPayments = [...new Set(PAYMENT_TRANSITIONS.map(({ to }) => to))].map(
  (state): EventType => ({
    type: `payment.${state}`,
    text: STATES[state] ?? '',
    to: sides,
  }),
);

export const eventTypes: readonly EventType[] = [...ofPayments, ...others];

/** Types that the sources write, as far as they stand there in full. */
export function typesInSources(): readonly string[] {
  const files = globSync('src/**/*.ts', { cwd: SOURCES }).filter(
    // names of traces look like types of events
    (path) => !/\.test\.|^src\/switch\//.test(path),
  );
  const found = new Set<string>();
  for (const path of files) {
    const text = readFileSync(SOURCES + path, 'utf8');
    const events = new RegExp(`'((?:${FAMILIES})\\.[a-z_]+)'`, 'g');
    for (const [, type = ''] of text.matchAll(events)) found.add(type);
  }
  return [...found].sort();
}

export function eventsPage(): string {
  const rows = (some: readonly EventType[]) =>
    some.map(({ type, text, to }) => [code(type), text, to ?? '—']);
  return page(
    '# Events',
    madeFrom('scripts/docs/events.ts'),
    'An event is written in the commit of what it tells of, in one order without gaps. A ' +
      'participant gets its own, as a stream (`GET /v1/events`) or by webhook; `—` is for the ' +
      'operator alone. On the wire an event is a hint: its type, time and the id of the payment ' +
      'or order. What counts is the signed answer of a read.',
    table(['type', 'tells', 'to'], rows(eventTypes)),
  );
}
