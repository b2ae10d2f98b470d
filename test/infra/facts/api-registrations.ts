import { at, type Resource, type Snapshot } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';
import { list, registered } from './registrations.ts';

const original = 'entra/original-api.bicep';
const downstream = 'entra/downstream-api.bicep';

/** The condition is true for the registrations of both APIs. */
export const bothApis = (condition: (app: Resource) => boolean) =>
  registered(
    (snapshot) =>
      condition(snapshot.registration('original-api')) &&
      condition(snapshot.registration('downstream-api')),
  );

/** The client ids that are pre-authorized at an API. */
const preAuthorizedClients = (app: Resource) =>
  list(app, 'properties.api.preAuthorizedApplications').map(({ appId }) => appId);

/** The access tokens of an API contain an optional claim. */
const hasClaim = (name: string) => (app: Resource) =>
  list(app, 'properties.optionalClaims.accessToken').some((claim) => claim.name === name);

/** The second steps of the registrations, which set the identifier URIs. */
const secondSteps = (snapshot: Snapshot) =>
  snapshot
    .ofType('Microsoft.Graph/applications@v1.0')
    .filter((app) => at(app, 'properties.identifierUris'));

/** Facts about the app registrations of the two APIs. */
export const apiRegistrationFacts: readonly Fact[] = [
  {
    name: 'both APIs receive access tokens of version 2',
    isTrue: bothApis((app) => at(app, 'properties.api.requestedAccessTokenVersion') === 2),
    mutation: {
      file: downstream,
      from: 'TokenVersion: 2',
      to: 'TokenVersion: 1',
    },
  },
  {
    name: 'access tokens contain idtyp, for users too',
    isTrue: bothApis((app) =>
      list(app, 'properties.optionalClaims.accessToken').some(
        (claim) =>
          claim.name === 'idtyp' && same(claim.additionalProperties, ['include_user_token']),
      ),
    ),
    mutation: {
      file: original,
      from: "additionalProperties: ['include_user_token']",
      to: 'additionalProperties: []',
    },
  },
  {
    name: 'access tokens contain the client capabilities (xms_cc)',
    isTrue: bothApis(hasClaim('xms_cc')),
    mutation: {
      file: downstream,
      from: "{ name: 'xms_cc', essential: false }",
      to: '',
    },
  },
  {
    name: 'access tokens contain the authentication contexts (acrs)',
    isTrue: bothApis(hasClaim('acrs')),
    mutation: {
      file: downstream,
      from: "{ name: 'acrs', essential: false }",
      to: '',
    },
  },
  {
    name: 'only the Client App is pre-authorized at Original API',
    isTrue: registered((snapshot) =>
      same(preAuthorizedClients(snapshot.registration('original-api')), [
        '[<clientAppRegistration.appId>]',
      ]),
    ),
    mutation: {
      file: original,
      from: 'preAuthorizedApplications: [{ appId: clientAppId',
      to: 'preAuthorizedApplications: [{ appId: identityPrincipalId',
    },
  },
  {
    name: 'only Original API is pre-authorized at Downstream API',
    isTrue: registered((snapshot) =>
      same(preAuthorizedClients(snapshot.registration('downstream-api')), [
        '[<originalRegistration.appId>]',
      ]),
    ),
    mutation: {
      file: 'main.bicep',
      from: 'originalApiAppId: originalRegistration!.outputs.appId',
      to: 'originalApiAppId: clientAppRegistration!.outputs.appId',
    },
  },
  {
    name: 'consent to a client includes the API that it calls',
    isTrue: bothApis((app) =>
      /^\["\[<\w+Registration\.appId>\]"\]$/.test(
        JSON.stringify(at(app, 'properties.api.knownClientApplications')),
      ),
    ),
    mutation: {
      file: downstream,
      from: 'knownClientApplications: [originalApiAppId]',
      to: '',
    },
  },
  {
    name: 'Original API requests only to read the names of users in Graph, on behalf of a user',
    isTrue: registered((snapshot) =>
      same(at(snapshot.registration('original-api'), 'properties.requiredResourceAccess'), [
        {
          resourceAppId: '00000003-0000-0000-c000-000000000000',
          resourceAccess: [{ id: 'b340eb25-3456-403f-be2f-af7a0d370277', type: 'Scope' }],
        },
      ]),
    ),
    mutation: {
      file: original,
      from: "type: 'Scope'",
      to: "type: 'Role'",
    },
  },
  {
    name: 'Profiles.Manage can be assigned to users only',
    isTrue: registered((snapshot) =>
      same(
        list(snapshot.registration('downstream-api'), 'properties.appRoles').map(
          ({ value, allowedMemberTypes }) => [value, allowedMemberTypes],
        ),
        [['Profiles.Manage', ['User']]],
      ),
    ),
    mutation: {
      file: downstream,
      from: "allowedMemberTypes: ['User']",
      to: "allowedMemberTypes: ['User', 'Application']",
    },
  },
  {
    name: 'only Downstream API defines an app role',
    isTrue: registered(
      (snapshot) =>
        !snapshot.registration('original-api').properties.appRoles &&
        !snapshot.registration('client-app').properties.appRoles,
    ),
    mutation: {
      file: original,
      from: 'optionalClaims: {',
      to: [
        "appRoles: [{ id: guid(name), value: 'All.Read', displayName: 'All', description: 'All',",
        "allowedMemberTypes: ['Application'], isEnabled: true }], optionalClaims: {",
      ].join(' '),
    },
  },
  {
    name: 'the identifier URI of each API contains its own app id',
    isTrue: registered(
      (snapshot) =>
        secondSteps(snapshot).length === 2 &&
        secondSteps(snapshot).every((app) =>
          same(app.properties.identifierUris, ["[format('api://{0}', reference('app').appId)]"]),
        ),
    ),
    mutation: {
      file: 'entra/identifier-uri.bicep',
      from: "'api://",
      to: "'api://some/",
    },
  },
  {
    name: 'the second step of a registration creates no other registration',
    isTrue: registered(
      (snapshot) =>
        new Set(
          snapshot
            .ofType('Microsoft.Graph/applications@v1.0')
            .map((app) => at(app, 'properties.uniqueName')),
        ).size === 3,
    ),
    mutation: {
      file: 'entra/identifier-uri.bicep',
      from: 'uniqueName: name',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Bicep's own.
      to: "uniqueName: '${name}-2'",
    },
  },
];
