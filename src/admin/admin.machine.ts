// The admin room's own state: who of the operator's people may do what, and resolutions of legs in
// doubt that wait for a second person.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import { integerOf, textOf, textOrNull, wordOf } from '../journal/row.ts';
import type { Row } from '../journal/store.ts';
import { PEOPLE, type Person, RESOLUTIONS, type Resolution, ROLES } from './admin.tables.ts';

export type AdminCommand =
  | { readonly type: 'enrol'; readonly person: Omit<Person, 'createdAtMs' | 'version'> }
  | {
      readonly type: 'change_person';
      readonly id: string;
      readonly by: string;
      readonly status: Person['status'];
    }
  | {
      readonly type: 'propose';
      readonly legId: string;
      readonly paymentId: string;
      readonly outcome: Resolution['outcome'];
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly type: 'decide';
      readonly legId: string;
      readonly by: string;
      readonly isAgreed: boolean;
    };

export type AdminResult =
  | { readonly ok: true; readonly person: Readonly<Person> }
  | { readonly ok: true; readonly resolution: Readonly<Resolution> }
  | { readonly ok: false; readonly code: ProblemCode };

export interface AdminView {
  person(id: string): Readonly<Person> | undefined;
  byKey(keyId: string): Readonly<Person> | undefined;
  people(): Readonly<Person>[];
  /** The one that waits for a second person. */
  resolution(legId: string): Readonly<Resolution> | undefined;
}

export interface Admin {
  readonly machine: Machine<AdminCommand, AdminResult>;
  readonly view: AdminView;
}

const refused = (code: ProblemCode): AdminResult => ({ ok: false, code });

export function createAdmin(): Admin {
  const people = new Map<string, Person>();
  const keys = new Map<string, Person>();
  const open = new Map<string, Resolution>();

  function add(person: Person): void {
    people.set(person.id, person);
    keys.set(person.keyId, person);
  }

  function enrol(
    { person: asked }: Extract<AdminCommand, { type: 'enrol' }>,
    context: JournalContext,
  ): AdminResult {
    if (people.has(asked.id) || keys.has(asked.keyId)) return refused('resource_exists');
    const person: Person = { ...asked, createdAtMs: context.nowMs, version: 1 };
    add(person);
    context.insert(PEOPLE, person);
    const { id, role } = person;
    context.event({ type: 'operator.enrolled', subjectId: id, audience: [], body: { id, role } });
    return { ok: true, person: { ...person } };
  }

  function change(
    { id, by, status }: Extract<AdminCommand, { type: 'change_person' }>,
    context: JournalContext,
  ): AdminResult {
    const person = people.get(id);
    if (person === undefined) return refused('resource_not_found');
    // nobody locks themselves out, and so never the last one
    if (id === by) return refused('second_person_required');
    person.status = status;
    person.version += 1;
    context.update(PEOPLE, person);
    const body = { id, status, by };
    context.event({ type: 'operator.changed', subjectId: id, audience: [], body });
    return { ok: true, person: { ...person } };
  }

  function tell(resolution: Resolution, by: string, context: JournalContext): AdminResult {
    const { legId, paymentId, outcome, reason, state } = resolution;
    context.event({
      type: `resolution.${state}`,
      subjectId: paymentId,
      audience: [],
      body: { legId, paymentId, outcome, reason, by },
    });
    return { ok: true, resolution: { ...resolution } };
  }

  function propose(
    { legId, paymentId, outcome, reason, by }: Extract<AdminCommand, { type: 'propose' }>,
    context: JournalContext,
  ): AdminResult {
    if (open.has(legId)) return refused('resource_exists');
    const resolution: Resolution = {
      legId,
      paymentId,
      outcome,
      reason,
      state: 'proposed',
      proposedBy: by,
      decidedBy: null,
      proposedAtMs: context.nowMs,
    };
    open.set(legId, resolution);
    context.insert(RESOLUTIONS, resolution);
    return tell(resolution, by, context);
  }

  function decide(
    { legId, by, isAgreed }: Extract<AdminCommand, { type: 'decide' }>,
    context: JournalContext,
  ): AdminResult {
    const resolution = open.get(legId);
    if (resolution === undefined) return refused('resource_not_found');
    // who proposed it may take it back, and never agree with themselves
    if (isAgreed && resolution.proposedBy === by) return refused('second_person_required');
    resolution.state = isAgreed ? 'approved' : 'withdrawn';
    resolution.decidedBy = by;
    open.delete(legId);
    context.update(RESOLUTIONS, resolution);
    return tell(resolution, by, context);
  }

  return {
    view: {
      person: (id) => people.get(id),
      byKey: (keyId) => keys.get(keyId),
      people: () => [...people.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      resolution: (legId) => open.get(legId),
    },
    machine: {
      name: 'admin',
      apply(command, context) {
        if (command.type === 'enrol') return enrol(command, context);
        if (command.type === 'change_person') return change(command, context);
        return command.type === 'propose' ? propose(command, context) : decide(command, context);
      },
      async load(reader) {
        for (const row of await reader.rows(
          'select *, jwk::text as jwk_text from operator_people',
        )) {
          add(personOf(row));
        }
        const rows = await reader.rows(`select * from resolutions where state = 'proposed'`);
        for (const row of rows) {
          const resolution = resolutionOf(row);
          open.set(resolution.legId, resolution);
        }
      },
      clear() {
        for (const map of [people, keys, open]) map.clear();
      },
    },
  };
}

function personOf(row: Row): Person {
  return {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    role: wordOf(row, 'role', ROLES),
    status: wordOf(row, 'status', ['active', 'disabled'] as const),
    keyId: textOf(row, 'key_id'),
    jwk: textOf(row, 'jwk_text'),
    createdAtMs: integerOf(row, 'created_at_ms'),
    version: integerOf(row, 'version'),
  };
}

function resolutionOf(row: Row): Resolution {
  return {
    legId: textOf(row, 'leg_id'),
    paymentId: textOf(row, 'payment_id'),
    outcome: wordOf(row, 'outcome', ['completed', 'rejected', 'not_sent'] as const),
    reason: textOf(row, 'reason'),
    state: 'proposed',
    proposedBy: textOf(row, 'proposed_by'),
    decidedBy: textOrNull(row, 'decided_by'),
    proposedAtMs: integerOf(row, 'proposed_at_ms'),
  };
}
