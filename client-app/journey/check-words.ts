/** The checks of the shared module by the names that a journey gives them, gathered under what they are about. */
const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Its form': {
    form: 'three canonical segments',
    typ: 'an access token’s type',
    alg: 'RS256 and nothing else',
    kid: 'a proper key id',
    'embedded-key': 'brings no key of its own',
    extension: 'asks for no extension',
    nonce: 'not a token for Microsoft Graph',
  },
  'Its signature': {
    key: 'the key is one that Entra publishes',
    'key-issuer': 'for this very issuer',
    signature: 'the signature is good',
  },
  'From whom, for whom': {
    issuer: 'the tenant’s own issuer',
    tenant: 'an allowed tenant',
    audience: 'meant for this API alone',
  },
  'Its time': {
    lifetime: 'a life of a sane length',
    'not-before': 'begun',
    'issued-at': 'not issued in the future',
    expiry: 'not over',
  },
  'Who speaks for whom': {
    user: 'names a person',
    kind: 'speaks for that person, not for an app',
    actor: 'names the calling app',
    shape: 'no claim of a strange type',
    'calling-app': 'an app that may call this API',
    'confidential-client': 'an app that proved itself with a credential',
  },
  'What it may do': { scope: 'the scope of this call' },
};

export interface CheckGroup {
  readonly title: string;
  readonly checks: readonly string[];
}

/** Gathers passed checks for reading; a name that the table does not know is shown as it is, at the end. */
export function groupChecks(passed: readonly string[]): readonly CheckGroup[] {
  const known = new Set(Object.values(groups).flatMap(Object.keys));
  const others = passed.filter((name) => !known.has(name));
  const gathered = Object.entries(groups).map(([title, words]) => ({
    title,
    checks: passed.flatMap((name) => (Object.hasOwn(words, name) ? [words[name] ?? name] : [])),
  }));
  return [...gathered, { title: 'More', checks: others }].filter(({ checks }) => checks.length > 0);
}
