/** The entry of the package. Code of this repository imports the files themselves. */
export {
  ApiError,
  type ApiErrorCode,
  type ApiErrorOptions,
  type LogContext,
} from './api-error.ts';
export { createEntra, type Entra, type EntraOptions } from './entra.ts';
export type { ApiRequest, Call, OpenCall } from './http/call.ts';
export { type Api, type ApiOptions, createApi } from './http/create-api.ts';
export type { ApiResponse, HandlerResult } from './http/response.ts';
export {
  type HttpMethod,
  health,
  type OpenMethod,
  type ProtectedMethod,
  type RequestContext,
  type Route,
  type RouteMethod,
  type RouteMethods,
} from './http/route.ts';
export type { Trace } from './http/trace.ts';
export type { LogSink } from './log.ts';
export { type Policy, requireAuthContext } from './token/authorize.ts';
export type { Caller } from './token/caller.ts';
