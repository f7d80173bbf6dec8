// The ledger side of taking part: accounts, caps and cover. A position may go down to
// −(cover + cap); cover and fees never below zero; transit and bank belong to the currency and have
// no limit, for the one is credited and debited in one commit, and the other stands for the world.
import type { JournalContext } from '../journal/batch.ts';
import { type Account, type AccountKind, balanceMinor, headroomMinor } from '../ledger/ledger.ts';
import { fitsInt8, MAX_AMOUNT_MINOR } from '../money/index.ts';
import { required } from '../runtime/defect.ts';
import {
  type MoveCoverCommand,
  type OpenCurrencyCommand,
  type ParticipantRefusal,
  type ParticipantResult,
  refused,
  type SetCapCommand,
} from './participant.commands.ts';
import { ensureOperator } from './participant.lifecycle.ts';
import type { Register } from './participant.register.ts';
import { COVER_MOVEMENTS, CURRENCY_TERMS } from './participant.tables.ts';
import { type CoverMovement, type CurrencyTerms, OPERATOR_ID } from './participant.ts';

const OWN_KINDS: readonly AccountKind[] = ['position', 'cover', 'fees'];

/** Account numbers are given without a gap, so the count of accounts says the next one. */
function open(
  context: JournalContext,
  participantId: string | null,
  currency: string,
  kind: AccountKind,
  limitMinor: bigint | null,
): void {
  const { ledger } = context;
  if (ledger.find(participantId, currency, kind) !== undefined) return;
  const number = ledger.accounts.size + 1;
  ledger.open({ number, participantId, currency, kind, limitMinor });
}

/** Opens what a currency itself needs (transit, bank), and then what the participant needs. */
export function openAccounts(
  context: JournalContext,
  participantId: string,
  currency: string,
  capMinor: bigint,
): void {
  open(context, null, currency, 'transit', null);
  open(context, null, currency, 'bank', null);
  for (const kind of OWN_KINDS) {
    open(context, participantId, currency, kind, kind === 'position' ? capMinor : 0n);
  }
}

function accountOf(
  context: JournalContext,
  participantId: string | null,
  currency: string,
  kind: AccountKind,
): Account {
  const account = context.ledger.find(participantId, currency, kind);
  return required(account, `the ${kind} account in ${currency}`);
}

/**
 * Sets what the position may owe to cover + cap. To be called by whoever moves cover: this room,
 * and settlement when it draws on cover.
 */
export function setPositionLimit(context: JournalContext, terms: Readonly<CurrencyTerms>): bigint {
  const { participantId, currency, capMinor } = terms;
  const position = accountOf(context, participantId, currency, 'position');
  const cover = accountOf(context, participantId, currency, 'cover');
  const limitMinor = balanceMinor(cover) + capMinor;
  context.ledger.setLimit(position.number, limitMinor);
  return limitMinor;
}

function judgeCap(capMinor: bigint): ParticipantRefusal | null {
  if (capMinor < 0n) return 'amount_negative';
  return capMinor > MAX_AMOUNT_MINOR ? 'amount_too_large' : null;
}

/** Terms of the scheme itself come with the first use of a currency: it earns the fees. */
export function openCurrency(
  command: OpenCurrencyCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId, currency, capMinor } = command;
  const participant = register.participant(participantId);
  const wrong = judgeCap(capMinor);
  if (wrong !== null) return refused(wrong);
  if (participant === undefined) return refused('resource_not_found');
  if (participant.status === 'closed') return refused('participant_not_active');
  if (register.terms(participantId, currency) !== undefined) return refused('resource_exists');
  ensureOperator(register, context);
  if (register.terms(OPERATOR_ID, currency) === undefined && participantId !== OPERATOR_ID) {
    admit(OPERATOR_ID, currency, 0n, register, context);
  }
  const terms = admit(participantId, currency, capMinor, register, context);
  return { ok: true, terms: { ...terms } };
}

function admit(
  participantId: string,
  currency: string,
  capMinor: bigint,
  register: Register,
  context: JournalContext,
): CurrencyTerms {
  const terms: CurrencyTerms = { participantId, currency, capMinor, openedAtMs: context.nowMs };
  openAccounts(context, participantId, currency, capMinor);
  register.addTerms(terms);
  context.insert(CURRENCY_TERMS, terms);
  context.event({
    type: 'participant.currency_opened',
    subjectId: participantId,
    audience: [participantId],
    body: { currency, capMinor: String(capMinor) },
  });
  return terms;
}

export function setCap(
  command: SetCapCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId, currency, capMinor } = command;
  const wrong = judgeCap(capMinor);
  if (wrong !== null) return refused(wrong);
  if (register.participant(participantId) === undefined) return refused('resource_not_found');
  const terms = register.termsRow(participantId, currency);
  if (terms === undefined) return refused('currency_not_supported');
  const cover = accountOf(context, participantId, currency, 'cover');
  if (!fitsInt8(balanceMinor(cover) + capMinor)) return refused('amount_too_large');
  const beforeMinor = terms.capMinor;
  // a cap below what is owed already takes nothing back: it only stops what would come next
  terms.capMinor = capMinor;
  context.update(CURRENCY_TERMS, terms);
  const limitMinor = setPositionLimit(context, terms);
  context.event({
    type: 'participant.cap_changed',
    subjectId: participantId,
    audience: [participantId],
    body: {
      currency,
      beforeMinor: String(beforeMinor),
      capMinor: String(capMinor),
      limitMinor: String(limitMinor),
      by: command.by,
    },
  });
  return { ok: true, terms: { ...terms } };
}

function judgeCover(
  command: MoveCoverCommand,
  terms: CurrencyTerms,
  context: JournalContext,
): ParticipantRefusal | null {
  const { amountMinor } = command;
  if (amountMinor < 0n) return 'amount_negative';
  if (amountMinor === 0n) return 'amount_zero';
  if (amountMinor > MAX_AMOUNT_MINOR) return 'amount_too_large';
  const cover = accountOf(context, terms.participantId, terms.currency, 'cover');
  if (command.type === 'deposit_cover') {
    const limitMinor = balanceMinor(cover) + amountMinor + terms.capMinor;
    return fitsInt8(limitMinor) ? null : 'amount_too_large';
  }
  // cover that secures what is owed or reserved stays
  const position = accountOf(context, terms.participantId, terms.currency, 'position');
  const freeMinor = headroomMinor(position);
  return freeMinor !== null && amountMinor > freeMinor ? 'limit_exceeded' : null;
}

/** Deposits or withdraws cover: the money has moved at the bank, or is about to. */
export function moveCover(
  command: MoveCoverCommand,
  register: Register,
  context: JournalContext,
): ParticipantResult {
  const { participantId, currency, amountMinor } = command;
  const participant = register.participant(participantId);
  if (participant === undefined) return refused('resource_not_found');
  if (participant.status === 'closed') return refused('participant_not_active');
  const terms = register.termsRow(participantId, currency);
  if (terms === undefined) return refused('currency_not_supported');
  const wrong = judgeCover(command, terms, context);
  if (wrong !== null) return refused(wrong);

  const isDeposit = command.type === 'deposit_cover';
  const bank = accountOf(context, null, currency, 'bank').number;
  const cover = accountOf(context, participantId, currency, 'cover').number;
  const movement = isDeposit
    ? { debit: bank, credit: cover, amountMinor }
    : { debit: cover, credit: bank, amountMinor };
  const result = context.ledger.transfer(movement);
  if (result === 'exceeds_headroom') return refused('limit_exceeded');
  if (result !== 'ok') return refused('amount_too_large');
  context.posted(command.id, movement);
  const limitMinor = setPositionLimit(context, terms);
  const row: CoverMovement = {
    id: command.id,
    participantId,
    currency,
    direction: isDeposit ? 'deposit' : 'withdrawal',
    amountMinor,
    reference: command.reference,
    by: command.by,
    atMs: context.nowMs,
  };
  context.insert(COVER_MOVEMENTS, row);
  context.event({
    type: isDeposit ? 'participant.cover_deposited' : 'participant.cover_withdrawn',
    subjectId: participantId,
    audience: [participantId],
    body: {
      currency,
      amountMinor: String(amountMinor),
      limitMinor: String(limitMinor),
      movementId: command.id,
      by: command.by,
    },
  });
  return { ok: true, cover: row };
}
