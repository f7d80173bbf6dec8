// Asking payers for the money of an order: a payer who is known by an alias, or whoever scans the
// order's code with the app of a platform that a sponsor is connected to.
import type { ProblemCode } from '@hutong/sdk/contract';
import { subjectId } from '../journal/vault.ts';
import type { Exchange } from '../quotes/index.ts';
import { openParty, sealParty } from './party-file.ts';
import type { PrepareCommand, Side } from './payment.commands.ts';
import type { Lookup } from './payment.lookup.ts';
import { type Hold, isEnded, type Payment } from './payment.ts';
import type { CollectAtCommand, Idempotent, Outcome, PaymentsPort, PaymentView } from './port.ts';
import { refused } from './refusal.ts';
import type { Operation } from './scope.ts';
import {
  ORDER_EXPIRY_MS,
  otherSide,
  type ResolvedParty,
  type ServiceDeps,
  type Terms,
} from './service.deps.ts';

/** Who is paid, and at what price. */
export interface Payee {
  readonly party: ResolvedParty;
  readonly terms: Terms;
  readonly exchange?: Exchange | null;
  readonly quoteId: string | null;
  readonly orderId: string | null;
}

/** A payment about to begin. */
export interface Begun {
  readonly flow: PrepareCommand['flow'];
  readonly payer: Side;
  readonly payee: Side;
  readonly found: Payee;
  readonly expiresAtMs: number;
  readonly hold?: Hold | null;
}

interface Means {
  readonly orderPayee: (orderId: string) => Promise<Payee | ProblemCode>;
  readonly start: (
    operation: Operation,
    asked: Idempotent & { readonly waitMs: number },
    what: Begun,
  ) => Promise<Outcome<PaymentView>>;
}

const LOOK_EVERY_MS = 10;

export function createCollectService(
  deps: ServiceDeps,
  lookup: Lookup,
  { orderPayee, start }: Means,
): Pick<PaymentsPort, 'collect' | 'collectAt'> {
  const { journal, machine, indexKey } = deps;

  /** The open attempt at this platform, if somebody has scanned before. */
  function attemptAt(orderId: string, connectionId: string): Payment | undefined {
    return machine.book
      .rivals(orderId, '')
      .find(
        ({ state, legs }) => state === 'awaiting_payer' && legs[0]?.connectionId === connectionId,
      );
  }

  /** Until the platform has said what its app is to open, or the attempt has ended. */
  async function answered(id: string, waitMs: number): Promise<void> {
    for (let left = waitMs; left > 0; left -= LOOK_EVERY_MS) {
      const live = machine.book.payment(id);
      if (live === undefined || isEnded(live.state) || live.legs[0]?.record !== null) return;
      await deps.sleep(LOOK_EVERY_MS);
    }
  }

  async function begin(command: CollectAtCommand): Promise<Outcome<PaymentView>> {
    const { orderId, connectionId } = command;
    const participantId = deps.participantOf(connectionId);
    if (participantId === undefined) return refused('capability_unsupported');
    const order = await lookup.order(orderId);
    const found = await orderPayee(orderId);
    if (order === undefined || typeof found === 'string') {
      return refused(typeof found === 'string' ? found : 'order_not_found');
    }
    // every attempt has a payer of its own: who it is the platform knows, and may tell later
    const attempt = deps.newId();
    const subject = subjectId(indexKey, participantId, `attempt ${attempt}`);
    const payer: Side = {
      participantId,
      connectionId,
      // what the platform shows its user is what the shop wrote on the order
      party: sealParty({ account: '', name: null, note: openParty(order.payee).note }, subject),
    };
    const nowMs = deps.clock.nowMs();
    const asked = {
      credential: { participantId, connectionId, keyId: '' },
      idempotencyKey: attempt,
      content: orderId,
      evidence: null,
      waitMs: 0,
    };
    const expiresAtMs = Math.min(order.expiresAtMs, nowMs + ORDER_EXPIRY_MS);
    const payee = otherSide(found.party);
    return start('collect', asked, { flow: 'collect', payer, payee, found, expiresAtMs });
  }

  return {
    async collect(command) {
      if (!journal.isFresh()) return refused('not_leader');
      const order = await lookup.order(command.orderId);
      const { credential } = command;
      if (order === undefined || order.payeeParticipantId !== credential.participantId) {
        return refused('order_not_found');
      }
      const payer = await deps.resolve(command.payerAlias);
      if (typeof payer === 'string') return refused(payer);
      const found = await orderPayee(command.orderId);
      if (typeof found === 'string') return refused(found);
      return start('collect', command, {
        flow: 'collect',
        payer: otherSide(payer),
        payee: otherSide(found.party),
        found,
        expiresAtMs: Math.min(order.expiresAtMs, deps.clock.nowMs() + ORDER_EXPIRY_MS),
      });
    },
    async collectAt(command) {
      if (!journal.isFresh()) return refused('not_leader');
      const open = attemptAt(command.orderId, command.connectionId);
      let id = open?.id;
      if (id === undefined) {
        const begun = await begin(command);
        if (!begun.ok) return begun;
        id = begun.value.payment.id;
      }
      await answered(id, command.waitMs);
      const participantId = deps.participantOf(command.connectionId) ?? '';
      const { connectionId } = command;
      return lookup.read({ participantId, connectionId, keyId: '' }, id);
    },
  };
}
