/** What Entra sends with a code, so that the code alone can be put into its class (shared/obo/refusal.ts), and what mends its cause. */
export interface AadstsCode {
  readonly error: string;
  readonly suberror?: string;
  /** Claims usually come with it. */
  readonly claims?: true;
  readonly says: string;
  readonly fix: string;
}

const client = 'invalid_client';
const grant = 'invalid_grant';
const interaction = 'interaction_required';

const stepUp =
  'The client passes the claims of the answer on to Entra, silently first and then with the user. With the emulators: `npm run -s policy -- list`.';
const newSecret =
  'Put a new credential into the vault under CLIENT_CREDENTIAL_NAME and register it at Original’s app registration; Original reads it again by itself.';
const federated =
  'Compare the federated credential of Original’s registration (issuer, subject = principal id of the managed identity, audience) with its managed identity.';
const ids =
  'Compare AZURE_TENANT_ID, ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID with the app registrations.';

/** After https://learn.microsoft.com/entra/identity-platform/reference-error-codes, as far as this chain meets them. */
export const aadstsCodes: Readonly<Record<number, AadstsCode>> = {
  50013: {
    error: grant,
    says: 'The signature of the assertion (token A) is not good, or another tenant issued it.',
    fix: 'AZURE_AUTHORITY_HOST and the tenant must be those that issued token A; after an emergency roll-over of keys, acquire a new token A.',
  },
  50057: {
    error: grant,
    says: 'The account is disabled.',
    fix: 'An administrator enables the account.',
  },
  50058: {
    error: 'login_required',
    says: 'A silent sign-in was tried, and nobody is signed in.',
    fix: 'Sign in interactively.',
  },
  50072: {
    error: interaction,
    suberror: 'basic_action',
    claims: true,
    says: 'The user has to enrol for a second factor.',
    fix: stepUp,
  },
  50074: {
    error: interaction,
    suberror: 'basic_action',
    claims: true,
    says: 'Strong authentication is required.',
    fix: stepUp,
  },
  50076: {
    error: interaction,
    suberror: 'basic_action',
    claims: true,
    says: 'Multi-factor authentication is required here.',
    fix: stepUp,
  },
  50079: {
    error: interaction,
    suberror: 'basic_action',
    claims: true,
    says: 'The user has to enrol for multi-factor authentication.',
    fix: stepUp,
  },
  50105: {
    error: grant,
    says: 'The app admits assigned users only, and this one is not assigned.',
    fix: 'Entra admin center, Enterprise applications, Users and groups: assign the user.',
  },
  50133: {
    error: grant,
    says: 'The session has ended because the password expired or was changed.',
    fix: 'Sign in again.',
  },
  50158: {
    error: interaction,
    suberror: 'basic_action',
    claims: true,
    says: 'An external security challenge is not satisfied.',
    fix: stepUp,
  },
  50173: {
    error: grant,
    says: 'The sessions of the user were revoked.',
    fix: 'Sign in again; tokens from before stay worthless.',
  },
  50196: {
    error: 'invalid_request',
    says: 'The client asks for the same again and again: Entra stops the loop.',
    fix: 'Stop. Look for a retry that does not cache tokens or ignores a refusal.',
  },
  53000: {
    error: interaction,
    suberror: 'message_only',
    says: 'The device does not comply with the policy.',
    fix: 'Use a compliant device.',
  },
  53003: {
    error: interaction,
    suberror: 'message_only',
    says: 'A Conditional Access policy blocks the access.',
    fix: 'Sign-in log, tab Conditional Access: it names the policy. Do not try again.',
  },
  65001: {
    error: grant,
    suberror: 'consent_required',
    says: 'Neither the user nor an administrator has consented to this app calling that API.',
    fix: 'Ask for consent to api://<Original API>/.default, pre-authorize Original API at Downstream API, or let an administrator grant it.',
  },
  65004: {
    error: 'access_denied',
    says: 'The user declined to consent.',
    fix: 'Say what the permission is for, and ask again only when the user wants to.',
  },
  70011: {
    error: 'invalid_scope',
    says: 'The scope is not valid.',
    fix: 'Ask for api://<Downstream API>/<scope>, spelled as its registration has it.',
  },
  90002: { error: 'invalid_request', says: 'There is no such tenant.', fix: ids },
  90055: {
    error: 'temporarily_unavailable',
    says: 'Too many requests: Entra throttles.',
    fix: 'Wait as long as Retry-After says; cache tokens.',
  },
  90094: {
    error: grant,
    suberror: 'consent_required',
    says: 'Only an administrator may grant this permission.',
    fix: 'An administrator grants it: Enterprise applications, Original API, Permissions.',
  },
  500011: {
    error: 'invalid_resource',
    says: 'The API that the scope names is not in the tenant.',
    fix: `${ids} The tenant needs the API’s service principal.`,
  },
  500131: {
    error: grant,
    says: 'The audience of the assertion (token A) is not this app.',
    fix: 'Token A must be for ORIGINAL_API_CLIENT_ID; paste it into this doctor. Token B or a token for Graph cannot be exchanged here.',
  },
  500133: {
    error: grant,
    says: 'The assertion (token A) has expired or is not valid yet.',
    fix: 'Acquire a new token A; check the clocks.',
  },
  700016: {
    error: 'unauthorized_client',
    says: 'There is no such application in the tenant.',
    fix: ids,
  },
  700022: {
    error: 'invalid_request',
    says: 'The scopes name more than one resource.',
    fix: 'Ask for the scopes of one API at a time.',
  },
  700024: {
    error: client,
    says: 'The client assertion is out of its time.',
    fix: 'Check the clock of the host that signs it; a managed identity’s token may have expired.',
  },
  700027: {
    error: client,
    says: 'The client assertion is signed by a certificate that the registration does not have.',
    fix: 'Register the vault’s newest certificate at Original’s app registration, or put the registered one into the vault.',
  },
  700211: {
    error: client,
    says: 'No federated credential fits the issuer of the assertion.',
    fix: federated,
  },
  700212: {
    error: client,
    says: 'No federated credential fits the audience of the assertion.',
    fix: federated,
  },
  700213: {
    error: client,
    says: 'No federated credential fits the subject of the assertion.',
    fix: federated,
  },
  1000502: { error: client, says: 'The certificate is out of its time.', fix: newSecret },
  7000114: {
    error: 'unauthorized_client',
    says: 'The application may not make on-behalf-of calls.',
    fix: 'Exchange as a confidential client: Original API, not the Client App.',
  },
  7000214: { error: client, says: 'The certificate cannot be used.', fix: newSecret },
  7000215: {
    error: client,
    says: 'The client secret is wrong.',
    fix: `${newSecret} It is the secret’s value, not its id.`,
  },
  7000218: {
    error: client,
    says: 'Neither a client assertion nor a client secret was sent.',
    fix: 'Set CLIENT_CREDENTIAL and what it needs.',
  },
  7000222: { error: client, says: 'The client secret has expired.', fix: newSecret },
  7000274: { error: client, says: 'The client assertion cannot be used.', fix: newSecret },
  7000277: {
    error: client,
    says: 'The certificate of the client assertion cannot be used.',
    fix: newSecret,
  },
};
