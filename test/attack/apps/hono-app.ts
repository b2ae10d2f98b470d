import { createServer, type Server } from 'node:http';
import { type Context, Hono } from 'hono';
import type { WebHandler } from '../../../shared/web.ts';
import type { DocumentsApi } from './documents-api.ts';
import { maxHeaderSize } from './express-app.ts';
import { sendWebResponse, toWebRequest } from './node-request.ts';

/** Calls a route for a request of Hono. */
const toHono = (handler: WebHandler) => (context: Context) =>
  handler(context.req.raw, context.req.param());

/** Serves an API with Hono. */
export function createHonoServer(api: DocumentsApi): Server {
  const app = new Hono()
    .all('/api/health', toHono(api.health))
    .all('/api/.well-known/oauth-protected-resource', toHono(api.metadata))
    .all('/api/documents', toHono(api.documents))
    .all('/api/documents/:id', toHono(api.document))
    .all('/api/profiles/:userId', toHono(api.profile))
    .notFound(toHono(api.unknown));
  return createServer({ maxHeaderSize }, async (message, response) => {
    const request = toWebRequest(message);
    await sendWebResponse(request && (await app.fetch(request)), response);
  });
}
