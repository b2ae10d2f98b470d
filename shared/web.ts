export * from './http/read-challenge.ts';
