import { at, type Resource, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';
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
  {
    name: 'both APIs get tokens of version 2',
    holds: bothApis((app) => at(app, 'properties.api.requestedAccessTokenVersion') === 2),
    mutation: {
      file: downstream,
      from: 'TokenVersion: 2',
      to: 'TokenVersion: 1',
    },
  },
  {
    name: 'tokens say whether they are a user’s',
    holds: bothApis((app) =>
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
    name: 'tokens say what the client can do',
    holds: bothApis(offers('xms_cc')),
    mutation: {
      file: downstream,
      from: "{ name: 'xms_cc', essential: false }",
      to: '',
    },
  },
  {
    name: 'tokens say which authentication contexts are met',
    holds: bothApis(offers('acrs')),
    mutation: {
      file: downstream,
      from: "{ name: 'acrs', essential: false }",
      to: '',
    },
  },
  {
    name: 'Original is called by the Client App alone',
    holds: registered((snapshot) =>
      same(callers(snapshot.registration('original-api')), ['[<clientAppRegistration.appId>]']),
    ),
    mutation: {
      file: original,
      from: 'preAuthorizedApplications: [{ appId: clientAppId,',
      to: 'preAuthorizedApplications: [{ appId: identityPrincipalId,',
    },
  },
  {
    name: 'Downstream is called by Original alone, and not by the Client App',
    holds: registered((snapshot) =>
      same(callers(snapshot.registration('downstream-api')), ['[<originalRegistration.appId>]']),
    ),
    mutation: {
      file: 'main.bicep',
      from: 'originalApiAppId: originalRegistration!.outputs.appId',
      to: 'originalApiAppId: clientAppRegistration!.outputs.appId',
    },
  },
  {
    name: 'who consents to a caller is shown what it calls, too',
    holds: bothApis((app) =>
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
    name: 'Profiles.Manage is for people, never for apps',
    holds: registered((snapshot) =>
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
    name: 'only Downstream defines a role',
    holds: registered(
      (snapshot) =>
        !snapshot.registration('original-api').properties.appRoles &&
        !snapshot.registration('client-app').properties.appRoles,
    ),
    mutation: {
      file: original,
      from: 'optionalClaims: {',
      to: "appRoles: [ { id: guid(name), value: 'All.Read', displayName: 'All', description: 'All', allowedMemberTypes: ['Application'], isEnabled: true } ], optionalClaims: {",
    },
  },
  {
    name: 'both APIs are named by their own app id',
    holds: registered(
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
    name: 'a registration’s second step is of the same registration, and makes no other',
    holds: registered(
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
