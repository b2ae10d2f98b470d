import { at, type Resource, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, fact, same } from './fact.ts';
import { list, registered } from './registrations.ts';

const original = 'entra/original-api.bicep';
const downstream = 'entra/downstream-api.bicep';

export const bothApis = (holds: (app: Resource) => boolean) =>
  registered(
    (snapshot) =>
      holds(snapshot.registration('original-api')) &&
      holds(snapshot.registration('downstream-api')),
  );

const callers = (app: Resource) =>
  list(app, 'properties.api.preAuthorizedApplications').map(({ appId }) => appId);
const offers = (name: string, more?: Tree) => (app: Resource) =>
  list(app, 'properties.optionalClaims.accessToken').some(
    (claim) => claim.name === name && (!more || same(claim.additionalProperties, more)),
  );
const secondSteps = (snapshot: Snapshot) =>
  snapshot
    .ofType('Microsoft.Graph/applications@v1.0')
    .filter((app) => at(app, 'properties.identifierUris'));

/** What the two APIs offer, to whom, and what their tokens say. */
export const apiRegistrationFacts: readonly Fact[] = [
  fact(
    'both APIs get tokens of version 2',
    bothApis((app) => at(app, 'properties.api.requestedAccessTokenVersion') === 2),
    downstream,
    'TokenVersion: 2',
    'TokenVersion: 1',
  ),
  fact(
    'tokens say whether they are a user’s',
    bothApis((app) =>
      list(app, 'properties.optionalClaims.accessToken').some(
        (claim) =>
          claim.name === 'idtyp' && same(claim.additionalProperties, ['include_user_token']),
      ),
    ),
    original,
    "additionalProperties: ['include_user_token']",
    'additionalProperties: []',
  ),
  fact(
    'tokens say what the client can do',
    bothApis(offers('xms_cc')),
    downstream,
    "      { name: 'xms_cc', essential: false }\n",
    '',
  ),
  fact(
    'tokens say which authentication contexts are met',
    bothApis(offers('acrs')),
    downstream,
    "      { name: 'acrs', essential: false }\n",
    '',
  ),
  fact(
    'Original is called by the Client App alone',
    registered((snapshot) =>
      same(callers(snapshot.registration('original-api')), ['[<clientAppRegistration.appId>]']),
    ),
    original,
    'preAuthorizedApplications: [{ appId: clientAppId,',
    'preAuthorizedApplications: [{ appId: identityPrincipalId,',
  ),
  fact(
    'Downstream is called by Original alone, and not by the Client App',
    registered((snapshot) =>
      same(callers(snapshot.registration('downstream-api')), ['[<originalRegistration.appId>]']),
    ),
    'main.bicep',
    'originalApiAppId: originalRegistration!.outputs.appId',
    'originalApiAppId: clientAppRegistration!.outputs.appId',
  ),
  fact(
    'who consents to a caller is shown what it calls, too',
    bothApis((app) =>
      /^\["\[<\w+Registration\.appId>\]"\]$/.test(
        JSON.stringify(at(app, 'properties.api.knownClientApplications')),
      ),
    ),
    downstream,
    '    knownClientApplications: [originalApiAppId]\n',
    '',
  ),
  fact(
    'Profiles.Manage is for people, never for apps',
    registered((snapshot) =>
      same(
        list(snapshot.registration('downstream-api'), 'properties.appRoles').map(
          ({ value, allowedMemberTypes }) => [value, allowedMemberTypes],
        ),
        [['Profiles.Manage', ['User']]],
      ),
    ),
    downstream,
    "allowedMemberTypes: ['User']",
    "allowedMemberTypes: ['User', 'Application']",
  ),
  fact(
    'only Downstream defines a role',
    registered(
      (snapshot) =>
        !snapshot.registration('original-api').properties.appRoles &&
        !snapshot.registration('client-app').properties.appRoles,
    ),
    original,
    '  optionalClaims: {',
    "  appRoles: [\n    {\n      id: guid(name)\n      value: 'All.Read'\n      displayName: 'All'\n      description: 'All'\n      allowedMemberTypes: ['Application']\n      isEnabled: true\n    }\n  ]\n  optionalClaims: {",
  ),
  fact(
    'both APIs are named by their own app id',
    registered(
      (snapshot) =>
        secondSteps(snapshot).length === 2 &&
        secondSteps(snapshot).every((app) =>
          same(app.properties.identifierUris, ["[format('api://{0}', reference('app').appId)]"]),
        ),
    ),
    'entra/identifier-uri.bicep',
    "'api://",
    "'api://some/",
  ),
  fact(
    'a registration’s second step is of the same registration, and makes no other',
    registered(
      (snapshot) =>
        new Set(
          snapshot
            .ofType('Microsoft.Graph/applications@v1.0')
            .map((app) => at(app, 'properties.uniqueName')),
        ).size === 3,
    ),
    'entra/identifier-uri.bicep',
    'uniqueName: name',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Bicep's own.
    "uniqueName: '${name}-2'",
  ),
];
