// The door of the http room.
export { createHttpServer, type HttpServer, type HttpServerDeps } from './http.server.ts';
