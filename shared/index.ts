export { ApiError } from './api-error.ts';
export { createEntra } from './entra.ts';
export { createApi } from './http/create-api.ts';
export { createDownstream } from './http/downstream.ts';
export { createOnBehalfOf } from './obo/on-behalf-of.ts';
