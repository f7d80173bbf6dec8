// An OpenTelemetry SDK as an operator would set one up, with an exporter that appends every span
// to the file of SPANS_FILE. Loaded by a switch under test (setting `tracingModule`).
import { appendFileSync } from 'node:fs';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
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
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
