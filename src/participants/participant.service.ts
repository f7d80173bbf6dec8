// Onboarding and upkeep of participants, as the operator's API, the native dialect and the command
// line call it. Who may ask is decided by them; forms are checked here, state by the machine.
import type { Submitted } from '../journal/queue.ts';
import { type Result, refuse } from '../problems/index.ts';
import { type ConnectionService, connectionService } from './connection.service.ts';
import { type Ask, answerTo, type Done } from './decision.ts';
import type { ParticipantResult } from './participant.commands.ts';
import { checkName, checkParticipantId, checkReference, judge } from './participant.input.ts';
import type { ParticipantsView } from './participant.register.ts';
import {
  createSubmitter,
  type ParticipantServiceDeps,
  type Submitter,
} from './participant.submitter.ts';
import { readCoverMovement } from './participant.tables.ts';
import type {
  CoverMovement,
  CurrencyTerms,
  Participant,
  ParticipantKind,
  ParticipantStatus,
} from './participant.ts';

export interface ParticipantService extends ConnectionService {
  /** Problems: request_invalid, resource_exists (also for the reserved `operator`). */
  register(
    wish: {
      readonly participantId: string;
      readonly name: string;
      readonly kind: ParticipantKind;
      /** Default: invited. */
      readonly status?: Extract<ParticipantStatus, 'invited' | 'active'> | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Participant>>>;
  /** Problems: request_invalid, resource_not_found, precondition_failed. */
  rename(
    wish: {
      readonly participantId: string;
      readonly name: string;
      readonly ifVersion?: number | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Participant>>>;
  /** Problems: resource_not_found, precondition_failed, transition_refused (closing what owes). */
  setStatus(
    wish: {
      readonly participantId: string;
      readonly status: ParticipantStatus;
      readonly ifVersion?: number | undefined;
    },
    ask: Ask,
  ): Promise<Result<Done<Participant>>>;
  /** Problems: currency_unknown, amount_negative, amount_too_large, resource_exists … */
  openCurrency(wish: CapWish, ask: Ask): Promise<Result<Done<CurrencyTerms>>>;
  /** A lower cap than is used already is taken, and lets nothing more out. */
  setCap(wish: CapWish, ask: Ask): Promise<Result<Done<CurrencyTerms>>>;
  depositCover(wish: CoverWish, ask: Ask): Promise<Result<Done<CoverMovement>>>;
  /** Problem: limit_exceeded where the rest would not secure what is owed and reserved. */
  withdrawCover(wish: CoverWish, ask: Ask): Promise<Result<Done<CoverMovement>>>;
  /** What a look at the read model gives, as a copy, once all it may have seen is durable. */
  read<T>(look: (view: ParticipantsView) => T): Promise<T>;
}

export interface CapWish {
  readonly participantId: string;
  readonly currency: string;
  readonly capMinor: bigint;
}

export interface CoverWish {
  readonly participantId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
}

export function createParticipantService(deps: ParticipantServiceDeps): ParticipantService {
  const submitter = createSubmitter(deps);
  return {
    ...connectionService(deps, submitter),
    ...upkeep(submitter),
    ...money(deps, submitter),
    read: async (look) => (await submitter.current(look)).value,
  };
}

function upkeep({
  submit,
  current,
}: Submitter): Pick<ParticipantService, 'register' | 'rename' | 'setStatus'> {
  const answer = (submitted: Submitted<ParticipantResult>, id: string) =>
    answerTo(
      submitted,
      (result) => ('participant' in result ? result.participant : undefined),
      () => current((view) => view.participant(id)),
    );
  return {
    async register({ participantId, name, kind, status = 'invited' }, ask) {
      const wrong = judge([checkParticipantId(participantId), checkName(name)]);
      if (wrong !== null) return wrong;
      const command = { type: 'register', participantId, name, kind, status } as const;
      return answer(await submit(command, ask), participantId);
    },
    async rename({ participantId, name, ifVersion = null }, ask) {
      const wrong = judge([checkName(name)]);
      if (wrong !== null) return wrong;
      const command = { type: 'rename', participantId, name, ifVersion } as const;
      return answer(await submit(command, ask), participantId);
    },
    async setStatus({ participantId, status, ifVersion = null }, ask) {
      const command = { type: 'set_status', participantId, status, ifVersion } as const;
      return answer(await submit(command, ask), participantId);
    },
  };
}

function money(
  { currencies, journal }: ParticipantServiceDeps,
  { submit, current }: Submitter,
): Pick<ParticipantService, 'openCurrency' | 'setCap' | 'depositCover' | 'withdrawCover'> {
  const terms = async (type: 'open_currency' | 'set_cap', wish: CapWish, ask: Ask) => {
    const { participantId, currency, capMinor } = wish;
    if (currencies.byCode(currency) === undefined) return refuse('currency_unknown');
    return answerTo(
      await submit({ type, participantId, currency, capMinor }, ask),
      (result) => ('terms' in result ? result.terms : undefined),
      () => current((view) => view.terms(participantId, currency)),
    );
  };
  const cover = async (type: 'deposit_cover' | 'withdraw_cover', wish: CoverWish, ask: Ask) => {
    const { participantId, currency, amountMinor, reference } = wish;
    const wrong = judge([checkReference(reference)]);
    if (wrong !== null) return wrong;
    return answerTo(
      await submit({ type, participantId, currency, amountMinor, reference }, ask),
      (result) => ('cover' in result ? result.cover : undefined),
      async (id) => ({
        value: await readCoverMovement(journal.reader, id),
        seq: journal.seq(),
      }),
    );
  };
  return {
    openCurrency: (wish, ask) => terms('open_currency', wish, ask),
    setCap: (wish, ask) => terms('set_cap', wish, ask),
    depositCover: (wish, ask) => cover('deposit_cover', wish, ask),
    withdrawCover: (wish, ask) => cover('withdraw_cover', wish, ask),
  };
}
