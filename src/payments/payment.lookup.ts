// Finding payments and orders: in memory, else by primary key; and by the keys and references their
// askers know them by. What is found is answered only once it is durable.
import { snapshot } from './book.ts';
import type { Order, Payment } from './payment.ts';
import { paymentView } from './payment.view.ts';
import type { Credential, Outcome, PaymentRef, PaymentView } from './port.ts';
import { refused } from './refusal.ts';
import { keyHash, type Operation } from './scope.ts';
import type { ServiceDeps } from './service.deps.ts';

export interface FoundKey {
  readonly content: string;
  readonly resource: string;
  readonly resourceId: string;
}

export interface Lookup {
  order(id: string): Promise<Readonly<Order> | undefined>;
  payment(id: string): Promise<Readonly<Payment> | undefined>;
  /**
   * The payment as it stands now, once that is durable; not found where the asker has no part in
   * it.
   */
  read(credential: Credential, id: string): Promise<Outcome<PaymentView>>;
  key(credential: Credential, operation: Operation, key: string): Promise<FoundKey | null>;
  idOf(credential: Credential, ref: PaymentRef): Promise<string | null>;
  isDurable(): Promise<boolean>;
}

export function createLookup(deps: ServiceDeps): Lookup {
  const { journal, machine } = deps;

  async function order(id: string): Promise<Readonly<Order> | undefined> {
    const live = machine.book.order(id);
    if (live !== undefined) return { ...live };
    const [stored] = await deps.stored.orders(journal.reader, [id]);
    return stored;
  }

  async function payment(id: string): Promise<Readonly<Payment> | undefined> {
    const live = machine.book.payment(id);
    if (live !== undefined) return snapshot(live);
    const [stored] = await deps.stored.payments(journal.reader, [id]);
    return stored;
  }

  async function isDurable(): Promise<boolean> {
    try {
      await journal.barrier();
      return journal.isFresh();
    } catch {
      return false; // a reload came between: the asker asks again
    }
  }

  async function key(
    credential: Credential,
    operation: Operation,
    idempotencyKey: string,
  ): Promise<FoundKey | null> {
    await journal.barrier().catch(() => undefined);
    const [row] = await journal.reader.rows(
      // rides keys_pkey
      `select encode(content, 'hex') as content, resource, resource_id from keys
       where key = decode($1, 'hex')`,
      [keyHash(deps.indexKey, credential, operation, idempotencyKey)],
    );
    if (row === undefined) return null;
    return {
      content: String(row['content']),
      resource: String(row['resource']),
      resourceId: String(row['resource_id']),
    };
  }

  async function byKey(credential: Credential, idempotencyKey: string): Promise<string | null> {
    // what acts on a payment by its id is found by that
    for (const operation of ['pay', 'refund', 'collect'] as const) {
      const found = await key(credential, operation, idempotencyKey);
      if (found?.resource === 'payment') return found.resourceId;
    }
    return null;
  }

  async function byExternalId(
    credential: Credential,
    kind: string,
    externalId: string,
  ): Promise<string | null> {
    await journal.barrier().catch(() => undefined);
    const [row] = await journal.reader.rows(
      // rides external_ids_pkey; the latest use of a reference is the one meant
      `select payment_id from external_ids where connection_id = $1 and kind = $2
       and external_id = $3 order by payment_id desc limit 1`,
      [credential.connectionId, kind, externalId],
    );
    return row === undefined ? null : String(row['payment_id']);
  }

  return {
    order,
    payment,
    key,
    isDurable,
    async read(credential, id) {
      if (!journal.isFresh()) return refused('not_leader');
      const found = await payment(id);
      if (!(await isDurable())) return refused('outcome_unknown');
      if (found === undefined) return refused('payment_not_found');
      const own = credential.participantId;
      const { payerParticipantId, payeeParticipantId, exchange } = found;
      const parts = [payerParticipantId, payeeParticipantId, exchange?.participantId];
      if (!parts.includes(own)) {
        return refused('payment_not_found');
      }
      return { ok: true, value: paymentView(found, own, deps.maskName), replayed: false };
    },
    async idOf(credential, ref) {
      switch (ref.by) {
        case 'id':
          return ref.id;
        case 'key':
          return byKey(credential, ref.idempotencyKey);
        case 'external':
          return byExternalId(credential, ref.kind, ref.externalId);
      }
    },
  };
}
