/** The cause of a failed check of a token, and its fix. */
export interface TokenCheckMessage {
  /** Why the check fails. */
  readonly cause: string;
  /** How to obtain a token that passes. `<this API>` is replaced with the API's client id. */
  readonly fix: string;
}

const getNewToken = 'Get a new token from Entra. Do not build or edit tokens by hand.';
const syncClocks =
  'Synchronize the clocks of this machine and of the issuer (NTP). A difference of 60 s is ' +
  'tolerated.';

/** The messages by check of `shared/token`. A test requires one for each check. */
const messages: Readonly<Record<string, TokenCheckMessage>> = {
  size: {
    cause: 'The token is larger than 16 KiB.',
    fix: 'Configure Entra to emit fewer groups or claims (optional claims, group filtering).',
  },
  form: {
    cause:
      'The token is not three canonical base64url segments. It may be cut off, wrapped, ' +
      'padded, encrypted, unsigned or followed by other text.',
    fix: 'Copy the whole token and nothing else. An API never accepts an unsigned token.',
  },
  typ: {
    cause: 'The header does not declare a JWT access token (typ).',
    fix: 'Send an access token that Entra issued.',
  },
  alg: {
    cause: 'The token is not signed with RS256, the only accepted algorithm.',
    fix: getNewToken,
  },
  kid: { cause: 'The header contains no valid key id (kid).', fix: getNewToken },
  'embedded-key': {
    cause: 'The header contains a key, or a link to one.',
    fix: 'Reject the token. Only keys from Entra’s metadata are accepted.',
  },
  extension: {
    cause: 'The header uses an extension (crit, b64, zip, enc).',
    fix: getNewToken,
  },
  nonce: {
    cause: 'The header contains a nonce: only Microsoft Graph can validate such a token.',
    fix:
      'Request a scope of this API (api://<this API>/<scope>) instead of User.Read or another ' +
      'Graph scope.',
  },
  tenant: {
    cause: 'The token was issued in a tenant that this API does not allow.',
    fix: 'Sign in with an account of an allowed tenant, or add the tenant to ALLOWED_TENANT_IDS.',
  },
  version: {
    cause: 'The version (ver) is neither 1.0 nor 2.0, so this is not an access token of Entra.',
    fix: 'Check the issuer. Tokens of other issuers are not accepted.',
  },
  key: {
    cause: 'The token is signed with a key that Entra does not publish, or no longer publishes.',
    fix:
      'Get a new token. Check that AZURE_AUTHORITY_HOST is the authority (or the emulators) ' +
      'that issued it.',
  },
  signature: {
    cause: 'The signature is invalid: the token was modified, or Entra did not sign it.',
    fix: getNewToken,
  },
  'key-issuer': {
    cause: 'The signing key is published for another issuer.',
    fix: getNewToken,
  },
  issuer: {
    cause:
      'The issuer (iss) differs from the one in Entra’s metadata for this tenant and token ' +
      'version.',
    fix:
      'Check AZURE_AUTHORITY_HOST (another cloud or other emulators?) and where the token was ' +
      'acquired.',
  },
  audience: {
    cause: 'The audience (aud) is another API.',
    fix: 'Request api://<this API>/<scope> from Entra. Check the client ids in the settings.',
  },
  lifetime: {
    cause: 'exp, nbf or iat is missing or not a number, or the token is valid for over 48 hours.',
    fix: getNewToken,
  },
  'not-before': {
    cause: 'The token is not valid yet (nbf). Probably a clock is wrong.',
    fix: syncClocks,
  },
  'issued-at': {
    cause: 'The token was issued in the future (iat). Probably a clock is wrong.',
    fix: syncClocks,
  },
  expiry: {
    cause: 'The token has expired (exp).',
    fix:
      'Acquire a new token silently, as MSAL does. If this token is new, check the clock of ' +
      'this machine.',
  },
  user: {
    cause: 'The token identifies no user: oid is not a GUID, or sub is missing.',
    fix: 'Sign in as a user of the tenant.',
  },
  actor: {
    cause:
      'The token does not state which app requested it and how that app authenticated (azp ' +
      'and azpacr; in v1 appid and appidacr).',
    fix: getNewToken,
  },
  shape: {
    cause: 'A claim (scp, roles, idtyp, acrs, xms_cc) has the wrong type.',
    fix: getNewToken,
  },
  'bound-token': {
    cause: 'The token is bound to a key (cnf). As a bearer token, it would lose that protection.',
    fix: 'Let the client request a bearer token for this API, without proof of possession.',
  },
  kind: {
    cause:
      'The token does not represent a signed-in user: it is an app-only token, an ID token or ' +
      'a client assertion.',
    fix:
      'Acquire an access token with a delegated scope for a signed-in user. ID tokens are only ' +
      'for the client itself.',
  },
  'calling-app': {
    cause: 'The app that requested the token (azp or appid) may not call this API.',
    fix:
      'Sign in through an allowed app, or allow yours: Original API accepts CLIENT_APP_IDS, ' +
      'Downstream API accepts only ORIGINAL_API_CLIENT_ID. Entra must pre-authorize the app too.',
  },
  'confidential-client': {
    cause:
      'The app that requested the token did not authenticate (azpacr 0). Downstream API ' +
      'accepts only tokens of confidential clients.',
    fix: 'Original API must exchange token A for the user with its own certificate or secret.',
  },
  scope: {
    cause: 'The token contains no scope (scp) of this API’s routes.',
    fix:
      'Request the scope that the route requires, and make sure that the user or an ' +
      'administrator consents to it.',
  },
};

/**
 * Finds the message for a failed check.
 * @param name the name of the check in the code and in the logs; an untrusted value
 */
export function findTokenCheckMessage(name: unknown): TokenCheckMessage | undefined {
  return typeof name === 'string' && Object.hasOwn(messages, name) ? messages[name] : undefined;
}
