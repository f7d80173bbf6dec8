// Of the journal, and of what wallets are believed: each fault loses, doubles or invents money only
// in a crash, a race or a silence.
import type { Mutant } from './mutant.ts';

const WRITER = 'src/journal/writer.ts';
const JOURNAL = 'src/journal/journal.ts';
const STATEMENT = 'src/journal/statement.ts';
const STORE = 'src/journal/store.postgres.ts';
const CONNECTOR = 'src/dialects/native/native.connector.ts';
const journalTests = ['src/journal/journal.test.ts'];
const statementTests = ['src/journal/statement.test.ts'];
const connectorTests = ['src/dialects/native/native.connector.test.ts'];

export const journalMutants: readonly Mutant[] = [
  {
    what: 'an answer leaves before the commit',
    file: WRITER,
    find: 'for (const entry of entries) entry.sent = true;',
    replace: 'for (const entry of entries) entry.answer(closed.head.seq);',
    tests: journalTests,
  },
  {
    what: 'a repetition is answered before what it repeats has committed',
    file: WRITER,
    find: 'void barrier().then(',
    replace: 'void Promise.resolve().then(',
    tests: journalTests,
  },
  {
    what: 'one who has not committed for a while still answers',
    file: WRITER,
    find: 'FRESH_MS_MAX = 3_000',
    replace: 'FRESH_MS_MAX = 30_000',
    tests: journalTests,
  },
  {
    what: 'a key used a moment ago is forgotten',
    file: WRITER,
    find: 'if (claimed !== undefined) keys.add(claimed);',
    replace: '',
    tests: journalTests,
  },
  {
    what: 'keys are kept in memory alone',
    file: 'src/journal/batch.ts',
    find: 'pileOf(KEYS).inserts.add(row);',
    replace: '',
    tests: journalTests,
  },
  {
    what: 'a key stands for whatever content comes with it',
    file: WRITER,
    find: 'known.content === entry.key.content',
    replace: 'known.content.length === entry.key.content.length',
    tests: journalTests,
  },
  {
    what: 'a batch that was lost is told as committed',
    file: WRITER,
    find: 'if (isCommitted(flight.batch.head)) tell(flight);',
    replace: 'if (flight.batch.head.seq > 0) tell(flight);',
    tests: journalTests,
  },
  {
    what: 'a batch that was committed is decided again',
    file: WRITER,
    find: 'if (isCommitted(flight.batch.head)) tell(flight);',
    replace: 'if (flight.batch.head.seq < 0) tell(flight);',
    tests: journalTests,
  },
  {
    what: 'a command that cannot be written takes its neighbours along',
    file: 'src/journal/queue.ts',
    find: 'const middle = entries.length >> 1;',
    replace: "const middle = 0;\n  for (const entry of entries) entry.refuse('internal');",
    tests: journalTests,
  },
  {
    what: 'a standby takes over from a leader that lives',
    file: JOURNAL,
    find: 'TAKE_OVER_AFTER_MS = 5_000',
    replace: 'TAKE_OVER_AFTER_MS = 400',
    tests: journalTests,
  },
  {
    what: 'a standby answers before it has loaded the balances',
    file: JOURNAL,
    find: '      await loadAccounts(reader);\n',
    replace: '',
    tests: journalTests,
  },
  {
    what: 'who takes over keeps the term of its predecessor, and fences nobody',
    file: STATEMENT,
    find: 'where exists (select from batches where seq = $2::int8 and hash = $3::bytea)',
    replace: 'where $2::int8 is not null and $3::bytea is not null',
    tests: statementTests,
  },
  {
    what: 'rows are written though the batch is fenced',
    file: STATEMENT,
    find: 'const sql = `w${index} as (\n  insert into',
    replace: 'const sql = `w${index} as (\n  with fence as (select 1)\n  insert into',
    tests: [...statementTests, ...journalTests],
  },
  {
    what: 'an update that finds no row passes',
    file: STATEMENT,
    find: "checks.length === 0 ? 'true' : checks.join(' and ')",
    replace: "checks.length === 0 ? 'true' : `${checks.join(' or ')} or true`",
    tests: journalTests,
  },
  {
    what: 'a statement that PostgreSQL cannot run is tried for ever',
    file: STORE,
    find: 'const REFUSED = /^(?:22|23|0A|42|54)/;',
    replace: 'const REFUSED = /^(?:22|23)/;',
    tests: journalTests,
  },
  {
    what: 'silence counts as a refusal',
    file: 'src/dialects/native/native.outbound.ts',
    find: "outcome: 'pending', externalId: null, problem: null, evidence };",
    replace: "outcome: 'rejected', externalId: null, problem: null, evidence };",
    tests: connectorTests,
  },
  {
    what: 'a wallet is believed without a signature',
    file: CONNECTOR,
    find: 'return { answer, signed: null };',
    replace: '',
    tests: connectorTests,
  },
  {
    what: "one participant's key answers for another",
    file: 'src/dialects/signed-auth.ts',
    find: "key?.participantId === participantId && key.standing !== 'revoked'",
    replace: "key !== undefined && key.standing !== 'revoked'",
    tests: connectorTests,
  },
  {
    what: 'an answer is believed whatever its status says',
    file: CONNECTOR,
    find: '(answer.status === 200 || answer.status === 202)',
    replace: 'answer.status > 0',
    tests: connectorTests,
  },
];
