/** The labels of the shared module's checks by check name, grouped by topic. */
const labelsByTopic: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Format: {
    form: 'three canonical base64url segments',
    typ: 'type of an access token',
    alg: 'algorithm RS256',
    kid: 'valid key id',
    'embedded-key': 'no key inside the token',
    extension: 'no critical header extension',
    nonce: 'not a token for Microsoft Graph',
  },
  Signature: {
    key: 'key published by Entra',
    'key-issuer': 'key valid for this issuer',
    signature: 'valid signature',
  },
  'Issuer and audience': {
    issuer: 'issuer of the user’s tenant',
    tenant: 'allowed tenant',
    audience: 'issued for this API',
  },
  Time: {
    lifetime: 'plausible lifetime',
    'not-before': 'already valid',
    'issued-at': 'not issued in the future',
    expiry: 'not expired',
  },
  'User and calling app': {
    user: 'identifies a user',
    kind: 'delegated token, not app-only',
    actor: 'identifies the calling app',
    shape: 'claims of the expected types',
    'bound-token': 'bearer token, not bound to a key',
    'calling-app': 'app that may call this API',
    'confidential-client': 'app authenticated with a credential',
  },
  Permission: { scope: 'scope that this call requires' },
};

/** Checks about one topic. */
export interface CheckGroup {
  /** The topic. */
  readonly title: string;
  /** The labels of the checks. */
  readonly checks: readonly string[];
}

/** Groups passed checks by topic. A check without a label keeps its name, in the last group. */
export function groupChecks(passed: readonly string[]): readonly CheckGroup[] {
  const groups: CheckGroup[] = [];
  const labelled = new Set<string>();
  for (const [title, labels] of Object.entries(labelsByTopic)) {
    const checks: string[] = [];
    for (const name of passed) {
      const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
      if (label === undefined) continue;
      checks.push(label);
      labelled.add(name);
    }
    groups.push({ title, checks });
  }
  groups.push({ title: 'More', checks: passed.filter((name) => !labelled.has(name)) });
  return groups.filter(({ checks }) => checks.length > 0);
}
