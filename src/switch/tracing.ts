// Traces by OpenTelemetry's API: a request, the command it becomes until that is durable, and the
// calls it causes, as one trace, though they run in three places. Off unless the operator names a
// module that sets up an SDK; no attribute holds an account, an alias or a name.
import { pathToFileURL } from 'node:url';
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../dialects/inbound.ts';
import type { Journal } from '../journal/journal.ts';
import type { Connector } from '../payments/port.ts';
import type { HttpClient } from '../wire/index.ts';

/** Payments whose trace is known at once; of further ones the calls begin traces of their own. */
const TRACED_MAX = 20_000;

export type Tracing = ReturnType<typeof createTracing>;

/** Imports the operator's module, which registers an SDK. @throws what it throws. */
export async function loadTracingModule(path: string): Promise<void> {
  await import(pathToFileURL(path).href);
}

async function within<T>(
  span: Span,
  parent: Context,
  work: () => Promise<T>,
  done: (span: Span, result: T) => void,
): Promise<T> {
  try {
    const result = await context.with(trace.setSpan(parent, span), work);
    done(span, result);
    return result;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** The id a command gives what it makes, or the payment it is about. */
function paymentOf(command: unknown): string | null {
  if (typeof command !== 'object' || command === null) return null;
  if ('paymentId' in command && typeof command.paymentId === 'string') return command.paymentId;
  return 'id' in command && typeof command.id === 'string' ? command.id : null;
}

const typeOf = (command: unknown) =>
  typeof command === 'object' && command !== null && 'type' in command ? String(command.type) : '';

export function createTracing() {
  const tracer = trace.getTracer('hutong');
  const traced = new Map<string, Context>();

  function remember(paymentId: string, parent: Context): void {
    if (traced.has(paymentId) || trace.getSpan(parent) === undefined) return;
    traced.set(paymentId, parent);
    for (const oldest of traced.keys()) {
      if (traced.size <= TRACED_MAX) return;
      traced.delete(oldest);
    }
  }

  function route(of: InboundRoute): InboundRoute {
    const handle = async (request: InboundRequest): Promise<InboundAnswer> => {
      const parent = propagation.extract(context.active(), request.headers);
      const attributes = { 'http.request.method': of.method, 'http.route': of.path };
      const name = `${of.method} ${of.path}`;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
      span.setAttribute('hutong.request_id', request.requestId);
      return within(
        span,
        parent,
        async () => of.handle(request),
        (_, { status }) => {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        },
      );
    };
    return { ...of, handle };
  }

  /** From when a command is handed over until its batch is durable. */
  function journal(of: Journal): Journal {
    const submit: Journal['submit'] = (machine, command, options) => {
      const paymentId = paymentOf(command);
      const known = paymentId === null ? undefined : traced.get(paymentId);
      const active = context.active();
      const parent = trace.getSpan(active) === undefined ? (known ?? active) : active;
      if (paymentId !== null) remember(paymentId, parent);
      const attributes = { 'hutong.command': typeOf(command) };
      const span = tracer.startSpan('journal.submit', { attributes }, parent);
      return within(
        span,
        parent,
        () => of.submit(machine, command, options),
        (_, answer) => {
          span.setAttribute('hutong.outcome', answer.kind);
          if (answer.kind === 'applied') span.setAttribute('hutong.seq', answer.seq);
        },
      );
    };
    return { ...of, submit };
  }

  function connector(of: Connector, dialect: string): Connector {
    const call =
      (name: string, work: Connector['execute']): Connector['execute'] =>
      (connection, stored) => {
        const parent = traced.get(stored.paymentId) ?? context.active();
        const attributes = {
          'hutong.dialect': dialect,
          'hutong.connection': connection.id,
          'hutong.payment_id': stored.paymentId,
        };
        const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
        return within(
          span,
          parent,
          () => work(connection, stored),
          (_, { outcome }) => span.setAttribute('hutong.outcome', outcome),
        );
      };
    return {
      ...of,
      execute: call('connection.execute', (...args) => of.execute(...args)),
      inquire: call('connection.inquire', (...args) => of.inquire(...args)),
    };
  }

  /** `traceparent` goes along; no signature of any dialect covers it. */
  function http(of: HttpClient): HttpClient {
    return {
      ...of,
      request(request) {
        const headers = { ...request.headers };
        propagation.inject(context.active(), headers);
        return of.request({ ...request, headers });
      },
    };
  }

  return { route, journal, connector, http };
}
