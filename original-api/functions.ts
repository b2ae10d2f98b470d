import { app } from '@azure/functions';
import { realmOf, tenantsOf } from '../shared/entra-settings.ts';
import { createEdge, health } from '../shared/http/edge.ts';
import { createKeys } from '../shared/token/keys.ts';
import { createValidator } from '../shared/token/validate.ts';
import { deleteDocument } from './delete-document.ts';
import { createDownstreamClient } from './downstream-client.ts';
import { listDocuments } from './list-documents.ts';
import { readDocument } from './read-document.ts';
import { readJourney } from './read-journey.ts';
import { readProfile } from './read-profile.ts';
import { readOriginalSettings } from './settings.ts';
import { writeDocument } from './write-document.ts';
import { writeProfile } from './write-profile.ts';

const settings = readOriginalSettings();
const keys = createKeys({ authorityHost: settings.AZURE_AUTHORITY_HOST });
const clients = { clientIds: settings.CLIENT_APP_IDS, confidential: false };
const downstream = createDownstreamClient(settings, keys);

const edge = createEdge({
  api: 'original-api',
  validate: createValidator({ keys, tenantIds: tenantsOf(settings), audience: settings.ORIGINAL_API_CLIENT_ID }),
  clients,
  origins: settings.ALLOWED_ORIGINS,
  realm: realmOf(settings, settings.ORIGINAL_API_CLIENT_ID),
});

app.http('original-health', edge('health', health));
app.http('original-journey', edge('journey', { GET: { scopes: ['Documents.Read'], handle: readJourney(downstream, clients) } }));
app.http(
  'original-profile',
  edge('profiles/{userId}', {
    GET: { scopes: ['Profile.Read'], handle: readProfile(downstream) },
    PUT: { scopes: ['Profile.ReadWrite'], handle: writeProfile(downstream) },
  }),
);
app.http('original-documents', edge('documents', { GET: { scopes: ['Documents.Read'], handle: listDocuments(downstream) } }));
app.http(
  'original-document',
  edge('documents/{id}', {
    GET: { scopes: ['Documents.Read'], handle: readDocument(downstream) },
    PUT: { scopes: ['Documents.ReadWrite'], handle: writeDocument(downstream) },
    DELETE: { scopes: ['Documents.ReadWrite'], handle: deleteDocument(downstream) },
  }),
);
app.http('original-unknown', edge('{*path}', {}));
