// Checks of history (invariants 5, 6 and 9): the batch chain and every event's commitment are
// hashed again from the stored bytes, and what the rows say is compared with what the events say.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { bytesOf, integerOf, textOf } from '../journal/row.ts';
import type { Row } from '../journal/store.ts';
import { type Check, type Snapshot, sqlCheck } from './verify.check.ts';
import { createTally, type Finding } from './verify.report.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

function u64be(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => bytes.writeBigUInt64BE(BigInt(number), 8 * i));
  return bytes;
}

interface Link {
  readonly seq: number;
  readonly prevSeq: number;
  readonly prevHash: Buffer;
  readonly hash: Buffer;
  readonly term: number;
  readonly atMs: number;
}

const linkOf = (row: Row): Link => ({
  seq: integerOf(row, 'seq'),
  prevSeq: integerOf(row, 'prev_seq'),
  prevHash: Buffer.from(bytesOf(row, 'prev_hash')),
  hash: Buffer.from(bytesOf(row, 'hash')),
  term: integerOf(row, 'term'),
  atMs: integerOf(row, 'at_ms'),
});

/** The commitments of one batch after the other, in order, from one stream over all events. */
function createCommitments(events: AsyncGenerator<Row>) {
  let ahead: { seq: number; commitment: Buffer } | null = null;
  let ended = false;
  async function next(): Promise<typeof ahead> {
    if (ahead !== null || ended) return ahead;
    const result = await events.next();
    if (result.done === true) ended = true;
    else {
      const row: Row = result.value;
      ahead = {
        seq: integerOf(row, 'seq'),
        commitment: Buffer.from(bytesOf(row, 'commitment')),
      };
    }
    return ahead;
  }
  return {
    /** Those of batch `seq`; `stray` is told of events before it that no batch took. */
    async of(seq: number, stray: (seq: number) => void): Promise<Buffer[]> {
      const found: Buffer[] = [];
      for (let event = await next(); event !== null && event.seq <= seq; event = await next()) {
        if (event.seq < seq) stray(event.seq);
        else found.push(event.commitment);
        ahead = null;
      }
      return found;
    },
  };
}

async function checkChain(snapshot: Snapshot): Promise<Finding> {
  const tally = createTally();
  const commitments = createCommitments(
    snapshot.stream('select seq, commitment from events order by seq, ordinal'),
  );
  const stray = (seq: number) => tally.note('event of a batch that is not there', String(seq));
  let before: Link | null = null;
  let checked = 0;
  const batches = 'select seq, prev_seq, prev_hash, hash, term, at_ms from batches order by seq';
  for await (const row of snapshot.stream(batches)) {
    const link = linkOf(row);
    const name = String(link.seq);
    const events = await commitments.of(link.seq, stray);
    checked += 1;
    if (before === null) {
      const isFirst = link.seq === 0 && link.prevSeq === -1 && link.hash.equals(Buffer.alloc(32));
      if (!isFirst || events.length > 0) tally.note('chain that does not begin at 0', name);
    } else {
      if (link.seq !== before.seq + 1) tally.note('gap before batch', name);
      if (link.prevSeq !== before.seq || !link.prevHash.equals(before.hash)) {
        tally.note('batch that does not follow the one before it', name);
      }
      const numbers = u64be(link.seq, link.term, link.atMs);
      if (!link.hash.equals(sha256(link.prevHash, numbers, ...events))) {
        tally.note('batch whose hash is not that of its events', name);
      }
      if (link.term < before.term) tally.note('batch of an older term', name);
      if (link.atMs < before.atMs) tally.note('batch of an earlier time', name);
    }
    before = link;
  }
  if (before === null) tally.note('chain without a first batch', '0');
  await commitments.of(Number.MAX_SAFE_INTEGER, stray);
  return { checked, violations: tally.violations() };
}

const batchChain: Check = {
  id: 'batch-chain',
  title:
    'The batches form one chain without a gap, each hash made of the one before and its events',
  invariant: 9,
  run: checkChain,
};

const eventCommitments: Check = {
  id: 'event-commitments',
  title: "Every event's commitment is that of its salt and canonical body (RFC 8785)",
  invariant: 9,
  async run(snapshot) {
    const tally = createTally();
    let checked = 0;
    const events = 'select seq, ordinal, body, salt, commitment from events order by seq, ordinal';
    for await (const row of snapshot.stream(events)) {
      const name = `${integerOf(row, 'seq')}.${integerOf(row, 'ordinal')}`;
      const body = textOf(row, 'body');
      const salt = bytesOf(row, 'salt');
      checked += 1;
      if (salt.length !== 16) tally.note('event without a salt of 16 bytes', name);
      const commitment = sha256(salt, Buffer.from(body, 'utf8'));
      if (!commitment.equals(bytesOf(row, 'commitment'))) {
        tally.note('event that is not what was committed to', name);
      }
      if (!isCanonical(body)) tally.note('event whose body is not canonical JSON', name);
    }
    return { checked, violations: tally.violations() };
  },
};

function isCanonical(body: string): boolean {
  try {
    return canonicalize(JSON.parse(body)) === body;
  } catch {
    return false; // no JSON at all, or what RFC 8785 cannot express
  }
}

const leaders = sqlCheck({
  id: 'terms',
  title: 'Every term was begun by one leader, who is named',
  invariant: 6,
  count: 'select count(*) from leaders',
  breaches: [
    {
      what: 'term without its leader, or leader without a batch',
      sql: `select 'term ' || coalesce(b.term, l.term) as who
        from (select distinct term from batches where seq > 0) b
        full join leaders l on l.term = b.term where b.term is null or l.term is null`,
    },
  ],
});

const rowsOfBatches = sqlCheck({
  id: 'rows-of-batches',
  title: 'The events, messages and transfers of each batch are numbered without a gap',
  invariant: 6,
  count: 'select count(*) from batches',
  breaches: [
    {
      what: 'batch that misses a row, or has two in one place',
      sql: `select r.seq::text as who from (
          select seq, ordinal from events union all select seq, ordinal from outbox
          union all select seq, ordinal from transfers) r
        left join batches b on b.seq = r.seq
        group by r.seq, b.seq
        having count(*) <> max(r.ordinal) + 1 or count(distinct r.ordinal) <> count(*)
          or b.seq is null`,
    },
  ],
});

const historyOfPayments = sqlCheck({
  id: 'history-of-payments',
  title: 'Every payment has the event of its state, and that event says what its row says',
  invariant: 9,
  count: 'select count(*) from payments',
  breaches: [
    {
      what: 'payment whose row has no event that says the same',
      sql: `select p.id || ' ' || p.state as who from payments p
        where not exists (
          select from events e
          where e.subject_id = p.id::text and e.type = 'payment.' || p.state
            and e.seq between p.created_seq and p.updated_seq
            and e.body::json->>'id' = p.id::text
            and e.body::json->>'kind' = p.kind
            and e.body::json->>'currency' = p.currency
            and e.body::json->>'debitMinor' = p.debit_minor::text
            and e.body::json->>'creditMinor' = p.credit_minor::text
            and e.body::json->>'feeMinor' = p.fee_minor::text
            and e.body::json->>'payer' = p.payer_participant_id
            and e.body::json->>'payee' = p.payee_participant_id
            and e.body::json->>'causeId' is not distinct from p.cause_id::text
            and e.body::json->>'orderId' is not distinct from p.order_id::text)`,
    },
    {
      what: 'event of a payment that is not there',
      sql: `select e.seq || '.' || e.ordinal as who from events e
        left join payments p on p.id::text = e.subject_id
        where starts_with(e.type, 'payment.') and (p.id is null) <> (e.type = 'payment.refused')`,
    },
    {
      what: 'order whose row has no event that says the same',
      sql: `select o.id || ' ' || o.state as who from orders o
        where not exists (
          select from events e
          where e.subject_id = o.id::text and e.type = 'order.' || o.state
            and e.seq between o.created_seq and o.updated_seq
            and e.body::json->>'currency' = o.currency
            and e.body::json->>'amountMinor' = o.amount_minor::text
            and e.body::json->>'payee' = o.payee_participant_id
            and e.body::json->>'winnerId' is not distinct from o.winner_id::text)`,
    },
  ],
});

const keys = sqlCheck({
  id: 'keys',
  title: 'Every idempotency key stands for one thing, which is there, and no payment for two keys',
  invariant: 5,
  count: 'select count(*) from keys',
  breaches: [
    {
      what: 'key that is there twice, or not of 16 bytes',
      sql: `select encode(key, 'hex') as who from keys group by key
        having count(*) > 1 or length(key) <> 16 or bool_or(length(content) <> 16)`,
    },
    {
      what: 'key of a payment that is not there',
      sql: `select encode(k.key, 'hex') as who from keys k
        left join payments p on p.id = k.resource_id
        where k.resource = 'payment' and p.id is null`,
    },
    {
      what: 'payment made under two keys',
      sql: `select resource_id::text as who from keys where resource = 'payment'
        group by resource_id having count(*) > 1`,
    },
    {
      what: 'key of an order that is not there',
      sql: `select encode(k.key, 'hex') as who from keys k
        left join orders o on o.id = k.resource_id where k.resource = 'order' and o.id is null`,
    },
    {
      what: 'key of a quote that is not there',
      sql: `select encode(k.key, 'hex') as who from keys k
        left join quotes q on q.id = k.resource_id where k.resource = 'quote' and q.id is null`,
    },
    {
      what: 'key of a refusal that was never recorded',
      sql: `select encode(k.key, 'hex') as who from keys k
        where starts_with(k.resource, 'refused:') and not exists (
          select from events e where e.subject_id = k.resource_id::text
            and e.type in ('payment.refused', 'order.refused')
            and 'refused:' || (e.body::json->>'problem') = k.resource)`,
    },
    {
      what: 'key that stands for something unknown',
      sql: `select resource as who from keys where not starts_with(resource, 'refused:')
        and resource not in ('payment', 'order', 'quote', 'participant_command', 'alias_command',
          'fee_schedule', 'fx_rate', 'webhook', 'mandate', 'action')`,
    },
  ],
});

export const CHAIN_CHECKS: readonly Check[] = [
  batchChain,
  eventCommitments,
  leaders,
  rowsOfBatches,
  historyOfPayments,
  keys,
];
