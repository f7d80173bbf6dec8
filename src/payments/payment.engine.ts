// The payments state machine: the journal gives it commands, it decides them and changes the book.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import type { Reader } from '../journal/store.ts';
import { type Book, createBook } from './book.ts';
import type { Engine, EngineDeps } from './engine.deps.ts';
import { capture, fulfil, release } from './holds.ts';
import { closeOrder, openOrder } from './orders.ts';
import {
  coldOrderId,
  coldPaymentId,
  type PaymentCommand,
  type PaymentResult,
} from './payment.commands.ts';
import type { PaymentReader } from './payment.load.ts';
import { prepare, receiveBulk, refuse, review } from './prepare.ts';
import { refund } from './refund.ts';
import { expire, settle } from './settle.ts';

export type PaymentMachine = Machine<PaymentCommand, PaymentResult> & { readonly book: Book };

export function createPaymentMachine(
  deps: EngineDeps & {
    readonly stored: PaymentReader;
    /** Quotes that commands name, where they are no longer in memory. */
    readonly loadQuotes: (quoteIds: readonly string[], reader: Reader) => Promise<void>;
  },
): PaymentMachine {
  const book = createBook();
  const engine: Engine = { ...deps, book };

  function apply(command: PaymentCommand, context: JournalContext): PaymentResult {
    switch (command.type) {
      case 'prepare':
        return prepare(engine, command, context);
      case 'refuse':
        return refuse(command, context);
      case 'refund':
        return refund(engine, command, context);
      case 'settle':
        return settle(engine, command, context);
      case 'receive_bulk':
        return receiveBulk(engine, command, context);
      case 'capture':
        return capture(engine, command, context);
      case 'release':
        return release(engine, command, context);
      case 'fulfil':
        return fulfil(engine, command, context);
      case 'open_order':
        return openOrder(engine, command, context);
      case 'close_order':
        return closeOrder(engine, command, context);
      case 'expire':
      case 'review': {
        const payment = book.payment(command.paymentId);
        if (payment === undefined) return { ok: false, code: 'payment_not_found' };
        if (command.type === 'expire') return expire(engine, payment, context);
        return review(engine, payment, command.decision, command.reviewer, context);
      }
    }
  }

  return {
    name: 'payments',
    book,
    apply,
    async loadCold(commands, reader) {
      const payments = new Set<string>();
      const orders = new Set<string>();
      for (const command of commands) {
        const paymentId = coldPaymentId(command);
        const known = paymentId === null ? undefined : book.payment(paymentId);
        // a refund that ends changes the sums of its cause, which may have left memory
        const wanted = known === undefined ? paymentId : known.causeId;
        if (wanted !== null && book.payment(wanted) === undefined) payments.add(wanted);
        // why a late capture is returned depends on what became of its order
        const orderId = coldOrderId(command) ?? known?.orderId ?? null;
        if (orderId !== null && book.order(orderId) === undefined) orders.add(orderId);
      }
      const quotes = commands.flatMap((command) =>
        command.type === 'prepare' && command.quoteId !== null ? [command.quoteId] : [],
      );
      const [found, foundOrders] = await Promise.all([
        deps.stored.payments(reader, [...payments]),
        deps.stored.orders(reader, [...orders]),
        quotes.length === 0 ? undefined : deps.loadQuotes(quotes, reader),
      ]);
      // another batch may have brought it in, and changed it, while this one was reading
      for (const payment of found) if (!book.payment(payment.id)) book.addPayment(payment);
      for (const order of foundOrders) if (!book.order(order.id)) book.addOrder(order);
    },
    subjects(command) {
      const paymentId = coldPaymentId(command);
      const payment = paymentId === null ? undefined : book.payment(paymentId);
      const orderId = payment?.orderId ?? coldOrderId(command);
      const order = orderId === null ? undefined : book.order(orderId);
      const touched = orderId === null ? [] : book.rivals(orderId, '');
      if (payment !== undefined) touched.push(payment);
      const own = touched.flatMap((p) => [...p.payer.subjects, ...p.payee.subjects]);
      return order === undefined ? own : [...own, ...order.payee.subjects];
    },
    load: (reader, unseal) => deps.stored.loadOpen(book, reader, unseal),
    clear: () => book.clear(),
    openFloor: () => book.openFloor(),
  };
}
