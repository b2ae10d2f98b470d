/** A control of the Policies view. */
export interface PolicyControl {
  /** The name of the policy, or `fault`. */
  readonly name: string;
  /** The value that the control sets. For `fault`: the endpoint. */
  readonly value: string;
  /** The name of the control on the page. */
  readonly label: string;
  /** One sentence that says what will happen. */
  readonly effect: string;
  /** Whether the policy is an action without a lasting state: a button instead of a switch. */
  readonly once?: boolean;
}

/** Controls under one heading. */
export interface PolicyGroup {
  /** The heading. */
  readonly title: string;
  /** Whether the policies can be limited to one user. */
  readonly perUser: boolean;
  /** The controls in their order on the page. */
  readonly controls: readonly PolicyControl[];
}

const signIn: readonly PolicyControl[] = [
  {
    name: 'mfa',
    value: 'on',
    label: 'Require MFA for Downstream',
    effect: 'Entra refuses the exchange until the user has confirmed their identity with MFA.',
  },
  {
    name: 'auth-context',
    value: 'on',
    label: 'Require authentication context c1',
    effect: 'Deleting a document requires an additional check of the user.',
  },
  {
    name: 'block-location',
    value: 'on',
    label: 'Block this location',
    effect: 'Conditional Access blocks the exchange, and a retry does not help.',
  },
  {
    name: 'revoke-sessions',
    value: 'now',
    label: 'Revoke sessions',
    effect: 'All existing sessions become invalid, so users have to sign in again.',
  },
];

const consent: readonly PolicyControl[] = [
  {
    name: 'consent',
    value: 'withdrawn',
    label: 'Withdraw consent',
    effect: 'Original API may not call Downstream API for the user until the user consents again.',
  },
  {
    name: 'admin-consent',
    value: 'required',
    label: 'Require administrator consent',
    effect: 'Consent is missing, and only an administrator can grant it.',
  },
  {
    name: 'graph-consent',
    value: 'withdrawn',
    label: 'Withdraw consent for Microsoft Graph',
    effect: 'Original API may not find people for the user until the user consents again.',
  },
  {
    name: 'graph-consent',
    value: 'admin-required',
    label: 'Require administrator consent for Microsoft Graph',
    effect: 'Original API may not find people, and only an administrator can change that.',
  },
];

const users: readonly PolicyControl[] = [
  {
    name: 'disable-user',
    value: 'on',
    label: 'Disable the account',
    effect: 'Entra issues no more tokens for the user.',
  },
  {
    name: 'unassign-user',
    value: 'on',
    label: 'Unassign from Downstream',
    effect: 'Downstream API is open to assigned users only, and this user is not assigned.',
  },
];

const keysAndCredentials: readonly PolicyControl[] = [
  {
    name: 'vault-credential',
    value: 'expire',
    label: 'Expire the credential',
    effect: 'Original API’s certificate in Key Vault has expired, so the exchange fails.',
  },
  {
    name: 'vault-credential',
    value: 'disable',
    label: 'Disable the credential',
    effect:
      'Key Vault no longer returns it. Original API uses its cached copy until the next read.',
  },
  {
    name: 'vault-credential',
    value: 'rotate',
    label: 'Rotate the credential',
    effect: 'Key Vault gets a new certificate. Original API switches to it without an outage.',
    once: true,
  },
  {
    name: 'signing-key',
    value: 'overlap',
    label: 'Rotate the signing key',
    effect: 'Entra signs with a new key and still publishes the old one. All calls still succeed.',
    once: true,
  },
  {
    name: 'signing-key',
    value: 'emergency',
    label: 'Replace the signing key',
    effect: 'Tokens signed with the old key become invalid. The app gets new ones by itself.',
    once: true,
  },
];

const fault = (endpoint: string, label: string, effect: string): PolicyControl => ({
  name: 'fault',
  value: endpoint,
  label,
  effect,
});

const faults: readonly PolicyControl[] = [
  fault(
    'token',
    'Token endpoint',
    'Entra’s token endpoint fails: no exchange, and no new token A.',
  ),
  fault(
    'keys',
    'Signing keys',
    'Entra’s signing keys are not available. The APIs use their cached keys.',
  ),
  fault(
    'metadata',
    'Metadata',
    'Entra’s metadata is not available. The APIs use their cached metadata.',
  ),
  fault('authorize', 'Sign-in page', 'No user can sign in, consent or confirm their identity.'),
  fault(
    'vault',
    'Key Vault',
    'The client credential is not available. Original API uses its cached one.',
  ),
  fault(
    'managed-identity',
    'Managed identity',
    'The APIs get no tokens for the Azure services that they use.',
  ),
  fault('tables', 'Table storage', 'Downstream API cannot reach its documents.'),
  fault('graph', 'Microsoft Graph', 'Original API cannot find people.'),
];

/** The controls of the Policies view, in their order on the page. */
export const policyGroups: readonly PolicyGroup[] = [
  { title: 'Sign-in', perUser: true, controls: signIn },
  { title: 'Consent', perUser: true, controls: consent },
  { title: 'Users', perUser: true, controls: users },
  { title: 'Keys and credentials', perUser: false, controls: keysAndCredentials },
  { title: 'Faults', perUser: false, controls: faults },
];

/** A kind of fault that the Policies view offers. */
export interface FaultKind {
  /** The emulators' name for it, such as `503:5`. */
  readonly kind: string;
  /** The text of the option. */
  readonly label: string;
}

/** The kinds of faults that the Policies view offers. The emulators know more. */
export const faultKinds: readonly FaultKind[] = [
  { kind: '503:5', label: '503, wait 5 s' },
  { kind: '429:10', label: '429, wait 10 s' },
  { kind: '500', label: '500' },
  { kind: 'delay:2000', label: '2 s delay' },
  { kind: 'hang', label: 'No response' },
  { kind: 'garbage', label: 'Invalid body' },
  { kind: 'cut', label: 'Connection cut' },
];
