/** What a claim means in the chain. */
export interface ClaimDescription {
  /** The claim's name in v2.0 tokens, followed by its name in v1.0 tokens where that differs. */
  readonly names: readonly string[];
  /** What the claim says about the token, in one or two sentences. */
  readonly meaning: string;
  /** Which API checks the claim, and how. */
  readonly check: string;
  /**
   * Set for claims whose values in token A and token B cannot be compared.
   * `api`: each API defines the values, so equal text means different things.
   * `token`: the value describes this one token.
   */
  readonly belongsTo?: 'api' | 'token';
}

/** In the order of a reader's questions: which API, which app, which user, until when. */
export const claimDescriptions: readonly ClaimDescription[] = [
  {
    names: ['aud'],
    meaning: 'The audience: the only API that may accept this token.',
    check:
      'Each API accepts its own id only: Downstream API rejects token A, Original API token B.',
  },
  {
    names: ['azp', 'appid'],
    meaning: 'The app that requested the token.',
    check:
      'Original API accepts the apps in its settings. Downstream API accepts only Original API.',
  },
  {
    names: ['azpacr', 'appidacr'],
    meaning:
      'How that app authenticated: 0 without a credential, 1 with a secret, 2 with a certificate.',
    check: 'Downstream API requires 1 or 2. Only Original API has a credential.',
  },
  {
    names: ['scp'],
    meaning: 'The scopes: what the app may do for the user. Each API defines its own scopes.',
    check: 'Each API requires the scope of the called route.',
    belongsTo: 'api',
  },
  {
    names: ['roles'],
    meaning: 'The user’s roles at this API: what the user may do beyond their own data.',
    check: 'Downstream API combines it with the scope. The user’s effective permissions need both.',
    belongsTo: 'api',
  },
  {
    names: ['oid'],
    meaning: 'The user: their object id in this tenant.',
    check: 'Both APIs identify the user by tid and oid, and by nothing else.',
  },
  {
    names: ['tid'],
    meaning: 'The tenant: the organisation that the user signed in to.',
    check: 'Both APIs accept only the tenants in their settings, and store data per tenant.',
  },
  {
    names: ['iss'],
    meaning: 'The issuer of the token.',
    check: 'Both APIs require exactly the issuer in the metadata of the tenant.',
  },
  {
    names: ['acrs'],
    meaning: 'The authentication contexts: additional checks that the user has passed.',
    check: 'Downstream API requires one before it deletes a document.',
  },
  {
    names: ['ver'],
    meaning: 'The version of the token format. It depends on the API’s registration.',
    check: 'Both APIs use it to choose the metadata and the claim names.',
  },
  {
    names: ['iat'],
    meaning: 'When Entra issued the token.',
    check: 'Both APIs reject a token that was issued in the future.',
    belongsTo: 'token',
  },
  {
    names: ['exp'],
    meaning: 'When the token expires.',
    check: 'Both APIs check it for every request.',
    belongsTo: 'token',
  },
];
