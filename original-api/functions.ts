import '../shared/check-node.ts';
import { app } from '@azure/functions';
import { createEntra } from '../shared/entra.ts';
import { tenantsOf } from '../shared/entra-settings.ts';
import { createFunctionsApi } from '../shared/functions.ts';
import { health } from '../shared/http/route.ts';
import { deleteDocument } from './delete-document.ts';
import { createDownstreamClient, createOriginalOnBehalfOf } from './downstream-client.ts';
import { listDocuments } from './list-documents.ts';
import { listPeople } from './list-people.ts';
import { createMicrosoftGraph } from './microsoft-graph.ts';
import { readDocument } from './read-document.ts';
import { readJourney } from './read-journey.ts';
import { readPerson } from './read-person.ts';
import { readProfile } from './read-profile.ts';
import { readOriginalSettings } from './settings.ts';
import { writeDocument } from './write-document.ts';
import { writeProfile } from './write-profile.ts';

const settings = readOriginalSettings();
const entra = createEntra({
  tenantIds: tenantsOf(settings),
  authorityHost: settings.AZURE_AUTHORITY_HOST,
});
const clients = { clientIds: settings.CLIENT_APP_IDS, confidential: false };
const onBehalfOf = createOriginalOnBehalfOf(settings, entra);
const downstream = createDownstreamClient(settings, onBehalfOf);
const graph = createMicrosoftGraph(settings, onBehalfOf);

const api = createFunctionsApi({
  name: 'original-api',
  entra,
  audience: settings.ORIGINAL_API_CLIENT_ID,
  clients: clients.clientIds,
  origins: settings.ALLOWED_ORIGINS,
});

app.http('original-metadata', api.metadataRoute());
app.http('original-health', api.route('health', health));
app.http(
  'original-journey',
  api.route('journey', {
    GET: { scopes: ['Documents.Read'], handler: readJourney(downstream, clients) },
  }),
);
app.http(
  'original-profile',
  api.route('profiles/{userId}', {
    GET: { scopes: ['Profile.Read'], handler: readProfile(downstream) },
    PUT: { scopes: ['Profile.ReadWrite'], handler: writeProfile(downstream) },
  }),
);
app.http(
  'original-documents',
  api.route('documents', {
    GET: { scopes: ['Documents.Read'], handler: listDocuments(downstream) },
  }),
);
app.http(
  'original-document',
  api.route('documents/{id}', {
    GET: { scopes: ['Documents.Read'], handler: readDocument(downstream) },
    PUT: { scopes: ['Documents.ReadWrite'], handler: writeDocument(downstream) },
    DELETE: { scopes: ['Documents.ReadWrite'], handler: deleteDocument(downstream) },
  }),
);
app.http(
  'original-people',
  api.route('people', {
    GET: { scopes: ['Profile.Read'], handler: listPeople(graph) },
  }),
);
app.http(
  'original-person',
  api.route('people/{id}', {
    GET: { scopes: ['Profile.Read'], handler: readPerson(graph) },
  }),
);
app.http('original-unknown', api.route('{*path}', {}));
