// The door of the http room.
export type { ReadinessCheck } from './health.ts';
export type { HttpEnv } from './http.app.ts';
export { createHttpServer, type HttpServer, type HttpServerDeps } from './http.server.ts';
export { defaultHttpLimits, type HttpLimits } from './limits.ts';
