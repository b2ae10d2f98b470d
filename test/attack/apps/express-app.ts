import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { WebHandler } from '../../../shared/web.ts';
import type { DocumentsApi } from './documents-api.ts';
import { sendWebResponse, toWebRequest } from './node-request.ts';

/** The recipe for Express: calls a route for a request. */
const toExpress =
  (handler: WebHandler): RequestHandler =>
  async (request, response) => {
    // A handler of a mounted router must use `originalUrl`. This one is not mounted.
    const webRequest = toWebRequest(request);
    const params = request.params as Record<string, string>;
    await sendWebResponse(webRequest && (await handler(webRequest, params)), response);
  };

/** Express writes the stack of an error into its response, for example for a malformed path. */
const sendNotFound: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.writeHead(404).end();
};

/** Serves an API with Express. `all` also passes HEAD, OPTIONS and unknown methods. */
export function createExpressServer(api: DocumentsApi): Server {
  const app = express();
  app.disable('x-powered-by');
  app.all('/api/health', toExpress(api.health));
  app.all('/api/.well-known/oauth-protected-resource', toExpress(api.metadata));
  app.all('/api/documents', toExpress(api.documents));
  app.all('/api/documents/:id', toExpress(api.document));
  app.all('/api/profiles/:userId', toExpress(api.profile));
  app.use(toExpress(api.unknown));
  app.use(sendNotFound);
  return createServer({ maxHeaderSize }, app);
}

/** Bytes of headers. Node's default of 16 KiB leaves too little for a token of that size. */
export const maxHeaderSize = 32 * 1024;
