/** The entry of the package. Code of this repository imports the files themselves. */
export {
  ApiError,
  type ApiErrorCode,
  type ApiErrorOptions,
  type LogContext,
} from './api-error.ts';
export { createEntra, type Entra, type EntraOptions } from './entra.ts';
export { readJsonBody } from './http/body.ts';
export type { ApiRequest, Call, OpenCall } from './http/call.ts';
export { type Api, type ApiOptions, createApi } from './http/create-api.ts';
export {
  createDownstream,
  type Downstream,
  type DownstreamOptions,
  type SendWithBody,
  type SendWithoutBody,
} from './http/downstream.ts';
export type {
  DownstreamBody,
  DownstreamBodyOptions,
  DownstreamRequestOptions,
} from './http/downstream-request.ts';
export type { DownstreamResponse } from './http/downstream-response.ts';
export type { ApiResponse, HandlerResult } from './http/response.ts';
export {
  type HttpMethod,
  health,
  type NewRouteMethods,
  type OpenMethod,
  type ProtectedMethod,
  type RequestContext,
  type Route,
  type RouteMethod,
} from './http/route.ts';
export type { Trace } from './http/trace.ts';
export type { JsonObject } from './json.ts';
export type { LogSink } from './log.ts';
export type { ClientCredential, CredentialSource } from './obo/credential.ts';
export {
  type FederatedCredentialOptions,
  federatedCredential,
} from './obo/federated-credential.ts';
export { type KeyVaultOptions, keyVaultCertificate, keyVaultSecret } from './obo/key-vault.ts';
export { managedIdentity } from './obo/managed-identity.ts';
export { createOnBehalfOf, type OnBehalfOf, type OnBehalfOfOptions } from './obo/on-behalf-of.ts';
export type { UserCall } from './obo/user-credential.ts';
export { type Policy, requireAuthContext } from './token/authorize.ts';
export type { Caller } from './token/caller.ts';
