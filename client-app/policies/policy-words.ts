/** One switch as a person sees it. */
export interface Switch {
  readonly name: string;
  /** What it is set to; a fault is `ENDPOINT=KIND`. */
  readonly value: string;
  readonly label: string;
  /** What will happen. */
  readonly does: string;
  /** Done at once and over: a button, not a switch. */
  readonly once?: boolean;
}

export interface SwitchGroup {
  readonly title: string;
  readonly switches: readonly Switch[];
}

const fault = (endpoint: string, label: string, does: string): Switch => ({
  name: 'fault',
  value: endpoint,
  label,
  does,
});

/** The emulators's switches in the order in which somebody would try them. */
export const switchGroups: readonly SwitchGroup[] = [
  {
    title: 'Sign-in',
    switches: [
      {
        name: 'mfa',
        value: 'on',
        label: 'MFA for Downstream',
        does: 'The next exchange is refused until the person has confirmed it’s them.',
      },
      {
        name: 'auth-context',
        value: 'on',
        label: 'Authentication context c1',
        does: 'Deleting a document asks the person for one more check.',
      },
      {
        name: 'block-location',
        value: 'on',
        label: 'Block this location',
        does: 'Conditional Access blocks the exchange; there is nothing to retry.',
      },
      {
        name: 'revoke-sessions',
        value: 'now',
        label: 'Revoke sessions',
        does: 'Every sign-in until now stops counting; people sign in again.',
      },
    ],
  },
  {
    title: 'Consent',
    switches: [
      {
        name: 'consent',
        value: 'withdrawn',
        label: 'Withdraw consent',
        does: 'Original may no longer call Downstream for the person, until they allow it again.',
      },
      {
        name: 'admin-consent',
        value: 'required',
        label: 'Administrators only',
        does: 'Consent is missing, and only an administrator may give it.',
      },
    ],
  },
  {
    title: 'Users',
    switches: [
      {
        name: 'disable-user',
        value: 'on',
        label: 'Disable the account',
        does: 'Entra gives no token for the person any more.',
      },
      {
        name: 'unassign-user',
        value: 'on',
        label: 'Unassign from Downstream',
        does: 'Downstream admits assigned people only, and this one is not.',
      },
    ],
  },
  {
    title: 'Keys and credentials',
    switches: [
      {
        name: 'vault-credential',
        value: 'expire',
        label: 'Expire the credential',
        does: 'Original’s certificate in Key Vault is out of date; the exchange fails.',
      },
      {
        name: 'vault-credential',
        value: 'disable',
        label: 'Disable the credential',
        does: 'Key Vault hands it out no more; what Original holds goes on until it is read again.',
      },
      {
        name: 'vault-credential',
        value: 'rotate',
        label: 'Rotate the credential',
        does: 'A new certificate; Original notices and goes on without a break.',
        once: true,
      },
      {
        name: 'signing-key',
        value: 'overlap',
        label: 'Rotate the signing key',
        does: 'Entra signs with a new key and still publishes the old one; nobody notices.',
        once: true,
      },
      {
        name: 'signing-key',
        value: 'emergency',
        label: 'Replace the signing key',
        does: 'Tokens of the old key stop counting; the app gets new ones by itself.',
        once: true,
      },
    ],
  },
  {
    title: 'Faults',
    switches: [
      fault(
        'token',
        'Token endpoint',
        'Entra’s token endpoint is in trouble: no exchange, no new token.',
      ),
      fault('keys', 'Signing keys', 'Entra’s keys cannot be read; the keys at hand go on.'),
      fault('metadata', 'Metadata', 'Entra’s metadata cannot be read; what is known goes on.'),
      fault('authorize', 'Sign-in page', 'Nobody can sign in or confirm anything.'),
      fault('vault', 'Key Vault', 'The credential cannot be read; the one at hand goes on.'),
      fault(
        'managed-identity',
        'Managed identity',
        'The apps cannot prove who they are to vault and store.',
      ),
      fault('tables', 'Table storage', 'Downstream cannot reach its documents.'),
    ],
  },
];

export const faultKinds: readonly (readonly [kind: string, label: string])[] = [
  ['503:5', '503, try in 5 s'],
  ['429:10', '429, try in 10 s'],
  ['500', '500'],
  ['delay:2000', '2 s late'],
  ['hang', 'Hangs'],
  ['garbage', 'Garbage'],
  ['cut', 'Cut off'],
];
