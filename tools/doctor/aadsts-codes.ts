/** An error code of Entra's token endpoint. */
export interface AadstsCode {
  /** The OAuth `error` that Entra sends with the code. */
  readonly error: string;
  /** The `suberror` that Entra sends with the code. */
  readonly suberror?: string;
  /** Whether Entra usually sends claims along with the code. */
  readonly hasClaims?: true;
  /** What went wrong. */
  readonly meaning: string;
  /** How to fix it. */
  readonly fix: string;
}

const invalidClient = 'invalid_client';
const invalidGrant = 'invalid_grant';
const interactionRequired = 'interaction_required';

const stepUpFix =
  'The client passes the claims of the response to Entra: first silently, then interactively. ' +
  'With the emulators: `npm run -s policy -- list`.';
const renewalFix =
  'Put a new credential into the vault under CLIENT_CREDENTIAL_NAME and add it to the app ' +
  'registration of Original API. Original API reloads it automatically.';
const federationFix =
  'Compare the federated credential of Original API’s registration (issuer, audience, and the ' +
  'principal id of the managed identity as the subject) with its managed identity.';
const idsFix =
  'Compare AZURE_TENANT_ID, ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID with the app ' +
  'registrations.';

/**
 * The codes that can occur in this chain.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const aadstsCodes: Readonly<Record<number, AadstsCode>> = {
  50013: {
    error: invalidGrant,
    meaning: 'The signature of the assertion (token A) is invalid, or another tenant issued it.',
    fix:
      'Check that AZURE_AUTHORITY_HOST and the tenant are those that issued token A. After an ' +
      'emergency key rollover, acquire a new token A.',
  },
  50057: {
    error: invalidGrant,
    meaning: 'The account is disabled.',
    fix: 'Ask an administrator to enable the account.',
  },
  50058: {
    error: 'login_required',
    meaning: 'A silent sign-in failed because no user is signed in.',
    fix: 'Sign in interactively.',
  },
  50072: {
    error: interactionRequired,
    suberror: 'basic_action',
    hasClaims: true,
    meaning: 'The user must register for a second factor.',
    fix: stepUpFix,
  },
  50074: {
    error: interactionRequired,
    suberror: 'basic_action',
    hasClaims: true,
    meaning: 'Strong authentication is required.',
    fix: stepUpFix,
  },
  50076: {
    error: interactionRequired,
    suberror: 'basic_action',
    hasClaims: true,
    meaning: 'Multi-factor authentication is required.',
    fix: stepUpFix,
  },
  50079: {
    error: interactionRequired,
    suberror: 'basic_action',
    hasClaims: true,
    meaning: 'The user must register for multi-factor authentication.',
    fix: stepUpFix,
  },
  50105: {
    error: invalidGrant,
    meaning: 'The app requires assignment, and the user is not assigned to it.',
    fix: 'Assign the user: Entra admin center, Enterprise applications, Users and groups.',
  },
  50133: {
    error: invalidGrant,
    meaning: 'The session has ended because the password expired or was changed.',
    fix: 'Sign in again.',
  },
  50158: {
    error: interactionRequired,
    suberror: 'basic_action',
    hasClaims: true,
    meaning: 'An external security challenge was not satisfied.',
    fix: stepUpFix,
  },
  50173: {
    error: invalidGrant,
    meaning: 'The user’s sessions were revoked.',
    fix: 'Sign in again. Tokens from before the revocation stay invalid.',
  },
  50196: {
    error: 'invalid_request',
    meaning: 'The client repeats the same request, and Entra stops the loop.',
    fix: 'Find the retry that does not cache tokens or that ignores an error response.',
  },
  53000: {
    error: interactionRequired,
    suberror: 'message_only',
    meaning: 'The device is not compliant with the policy.',
    fix: 'Use a compliant device.',
  },
  53003: {
    error: interactionRequired,
    suberror: 'message_only',
    meaning: 'A Conditional Access policy blocks access.',
    fix: 'Find the policy in the sign-in log, tab Conditional Access. Do not retry.',
  },
  65001: {
    error: invalidGrant,
    suberror: 'consent_required',
    meaning: 'Neither the user nor an administrator has granted this app consent to call the API.',
    fix:
      'Request consent to api://<Original API>/.default, pre-authorize Original API at ' +
      'Downstream API, or ask an administrator to consent.',
  },
  65004: {
    error: 'access_denied',
    meaning: 'The user declined the consent.',
    fix: 'Explain what the permission is for, and request it again only when the user wants to.',
  },
  70011: {
    error: 'invalid_scope',
    meaning: 'The scope is invalid.',
    fix: 'Request api://<Downstream API>/<scope>, spelled as in the app registration.',
  },
  90002: { error: 'invalid_request', meaning: 'The tenant does not exist.', fix: idsFix },
  90055: {
    error: 'temporarily_unavailable',
    meaning: 'There are too many requests, and Entra throttles them.',
    fix: 'Wait for the time in Retry-After, and cache tokens.',
  },
  90094: {
    error: invalidGrant,
    suberror: 'consent_required',
    meaning: 'Only an administrator can grant this permission.',
    fix: 'Ask an administrator to grant it: Enterprise applications, Original API, Permissions.',
  },
  500011: {
    error: 'invalid_resource',
    meaning: 'The API in the scope does not exist in the tenant.',
    fix: `${idsFix} The tenant needs the API’s service principal.`,
  },
  500131: {
    error: invalidGrant,
    meaning: 'The audience of the assertion (token A) is not this app.',
    fix:
      'Use a token A for ORIGINAL_API_CLIENT_ID. Token B or a token for Graph cannot be ' +
      'exchanged here. To check a token, paste it into this doctor.',
  },
  500133: {
    error: invalidGrant,
    meaning: 'The assertion (token A) has expired or is not valid yet.',
    fix: 'Acquire a new token A, and check the clocks.',
  },
  700016: {
    error: 'unauthorized_client',
    meaning: 'The application does not exist in the tenant.',
    fix: idsFix,
  },
  700022: {
    error: 'invalid_request',
    meaning: 'The scopes belong to more than one resource.',
    fix: 'Request the scopes of one API at a time.',
  },
  700024: {
    error: invalidClient,
    meaning: 'The client assertion has expired or is not valid yet.',
    fix:
      'Check the clock of the host that signs it. The token of a managed identity may have ' +
      'expired.',
  },
  700027: {
    error: invalidClient,
    meaning: 'The client assertion is signed with a certificate that is not registered.',
    fix:
      'Add the vault’s newest certificate to the app registration of Original API, or put the ' +
      'registered one into the vault.',
  },
  700211: {
    error: invalidClient,
    meaning: 'No federated credential matches the issuer of the assertion.',
    fix: federationFix,
  },
  700212: {
    error: invalidClient,
    meaning: 'No federated credential matches the audience of the assertion.',
    fix: federationFix,
  },
  700213: {
    error: invalidClient,
    meaning: 'No federated credential matches the subject of the assertion.',
    fix: federationFix,
  },
  1000502: {
    error: invalidClient,
    meaning: 'The certificate has expired or is not valid yet.',
    fix: renewalFix,
  },
  7000114: {
    error: 'unauthorized_client',
    meaning: 'The application may not use the On-Behalf-Of flow.',
    fix: 'Exchange the token in a confidential client: Original API, not the Client App.',
  },
  7000214: { error: invalidClient, meaning: 'The certificate is invalid.', fix: renewalFix },
  7000215: {
    error: invalidClient,
    meaning: 'The client secret is wrong.',
    fix: `${renewalFix} Use the secret’s value, not its id.`,
  },
  7000218: {
    error: invalidClient,
    meaning: 'The request contains neither a client assertion nor a client secret.',
    fix: 'Set CLIENT_CREDENTIAL and the settings that it requires.',
  },
  7000222: { error: invalidClient, meaning: 'The client secret has expired.', fix: renewalFix },
  7000274: { error: invalidClient, meaning: 'The client assertion is invalid.', fix: renewalFix },
  7000277: {
    error: invalidClient,
    meaning: 'The certificate of the client assertion is invalid.',
    fix: renewalFix,
  },
};
