// The door of the http room.

export { problemAnswer } from './answer.ts';
export { type ObserveAnswer } from './http.app.ts';
export { createHttpServer, type HttpServer, type HttpServerDeps } from './http.server.ts';
