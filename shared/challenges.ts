/** The reader of `WWW-Authenticate` headers, for browsers and for Node.js. */
export {
  type Challenge,
  readChallenges,
  readClaimsChallenge,
} from './http/read-challenge.ts';
