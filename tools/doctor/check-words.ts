/** Why a check of a token fails, and what helps. The checks themselves are shared/token's; a test sees to it that none is without words. */
export interface CheckWords {
  readonly cause: string;
  readonly fix: string;
}

const getAnother = 'Acquire a new token from Entra; do not make or change tokens by hand.';
const setClock =
  'Set the clock of this machine (and of the one that issued it) by NTP; 60 s of difference are tolerated.';

const checkWords: Readonly<Record<string, CheckWords>> = {
  size: {
    cause: 'It is over 16 KiB.',
    fix: 'Have Entra put fewer groups or claims into it (optional claims, group filtering).',
  },
  form: {
    cause:
      'It is not three canonical base64url segments: cut off, wrapped, padded, encrypted, unsigned or with something behind it.',
    fix: 'Copy the whole token and nothing else; an API never takes an unsigned one.',
  },
  typ: {
    cause: 'Its header does not say that it is a JWT access token (typ).',
    fix: 'Send an access token that Entra issued.',
  },
  alg: { cause: 'It is not signed by RS256, the one algorithm that is accepted.', fix: getAnother },
  kid: { cause: 'Its header names no proper key id (kid).', fix: getAnother },
  'embedded-key': {
    cause: 'Its header brings or points to a key of its own.',
    fix: 'Reject it: keys come from Entra’s metadata only.',
  },
  extension: { cause: 'Its header asks for an extension (crit, b64, zip, enc).', fix: getAnother },
  nonce: {
    cause:
      'Its header has a nonce: it is a token for Microsoft Graph, which nobody else can validate.',
    fix: 'Ask Entra for a scope of this API (api://<this API>/<scope>), not for User.Read or another scope of Graph.',
  },
  tenant: {
    cause: 'It was issued in a tenant that this API does not admit.',
    fix: 'Sign in with an account of an admitted tenant, or add the tenant to ALLOWED_TENANT_IDS.',
  },
  version: {
    cause: 'It says neither version 1.0 nor 2.0 (ver), so it is no access token of Entra.',
    fix: 'Look at its issuer: tokens of other issuers are not accepted.',
  },
  key: {
    cause: 'It is signed with a key that Entra does not publish, or no longer.',
    fix: 'Acquire a new token; check that AZURE_AUTHORITY_HOST is the Entra (or the emulators) that issued it.',
  },
  signature: {
    cause: 'Its signature does not fit: it was changed, or not made by Entra.',
    fix: getAnother,
  },
  'key-issuer': {
    cause: 'The key that signed it is published for another issuer.',
    fix: getAnother,
  },
  issuer: {
    cause:
      'Its issuer is not, letter by letter, the one that the metadata of its tenant and version names.',
    fix: 'Check AZURE_AUTHORITY_HOST (another cloud, another emulators?) and where the token was acquired.',
  },
  audience: {
    cause: 'Its audience (aud) is another API.',
    fix: 'Ask Entra for api://<this API>/<scope>; check the client ids in the settings.',
  },
  lifetime: {
    cause: 'exp, nbf or iat is missing or no number, or it lives over 48 hours.',
    fix: getAnother,
  },
  'not-before': {
    cause: 'It is not valid yet (nbf): most likely a clock is wrong.',
    fix: setClock,
  },
  'issued-at': {
    cause: 'It was issued in the future (iat): most likely a clock is wrong.',
    fix: setClock,
  },
  expiry: {
    cause: 'It has expired (exp).',
    fix: 'Acquire a new one silently; MSAL does so by itself. If it is new, check the clock of this machine.',
  },
  user: {
    cause: 'It names no user: oid is no GUID, or sub is missing.',
    fix: 'Sign in as a user of the tenant.',
  },
  actor: {
    cause:
      'It does not say which app asked for it and how that app proved itself (azp and azpacr, appid and appidacr in v1).',
    fix: getAnother,
  },
  shape: {
    cause: 'A claim (scp, roles, idtyp, acrs, xms_cc) has a strange type.',
    fix: getAnother,
  },
  kind: {
    cause:
      'It does not speak for a signed-in user: it is an app-only token, an ID token or a client assertion.',
    fix: 'Acquire an access token with a delegated scope, for a signed-in user; ID tokens are for the client itself.',
  },
  'calling-app': {
    cause: 'The app that asked for it (azp or appid) may not call this API.',
    fix: 'Original admits CLIENT_APP_IDS, Downstream admits ORIGINAL_API_CLIENT_ID alone: sign in through such an app, or add yours; Entra must pre-authorize it too.',
  },
  'confidential-client': {
    cause:
      'The app that asked for it proved nothing (azpacr 0), and Downstream takes tokens of confidential clients only.',
    fix: 'Let Original exchange token A on behalf of the user with its certificate or secret.',
  },
  scope: {
    cause: 'It has none of the scopes of this API’s routes (scp).',
    fix: 'Ask for the scope that the route needs, and see that the user or an administrator consents to it.',
  },
};

/** @param name of a check, as the code and the log call it */
export const wordsOfCheck = (name: unknown): CheckWords | undefined =>
  typeof name === 'string' && Object.hasOwn(checkWords, name) ? checkWords[name] : undefined;
