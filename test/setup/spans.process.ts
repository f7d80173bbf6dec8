// An OpenTelemetry SDK as an operator would set one up, with an exporter that appends every span
// to the file of SPANS_FILE. Loaded by a switch under test (setting `tracingModule`).
import { appendFileSync } from 'node:fs';
import { type Context, context, propagation, type TextMapSetter, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const file = process.env['SPANS_FILE'] ?? '/dev/null';

const exporter = {
  export(spans: readonly ReadableSpan[], done: (result: { code: number }) => void) {
    for (const span of spans) {
      const { name, attributes, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      const parent = parentSpanContext?.spanId ?? null;
      appendFileSync(file, `${JSON.stringify({ name, traceId, spanId, parent, attributes })}\n`);
    }
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
/** W3C Trace Context, outbound: what the callee would read. */
const propagator = {
  inject(of: Context, carrier: unknown, setter: TextMapSetter) {
    const span = trace.getSpanContext(of);
    if (span === undefined) return;
    const flags = span.traceFlags.toString(16).padStart(2, '0');
    const value = `00-${span.traceId}-${span.spanId}-${flags}`;
    setter.set(carrier, 'traceparent', value);
    appendFileSync(file, `${JSON.stringify({ ...span, name: 'injected', parent: null, value })}\n`);
  },
  extract: (of: Context) => of,
  fields: () => ['traceparent'],
};
propagation.setGlobalPropagator(propagator);
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
