import { app } from '@azure/functions';
import { realmOf, tenantsOf } from '../shared/entra-settings.ts';
import { createEdge, health } from '../shared/http/edge.ts';
import { createKeys } from '../shared/token/keys.ts';
import { createValidator } from '../shared/token/validate.ts';
import { deleteDocument } from './delete-document.ts';
import { listDocuments } from './list-documents.ts';
import { createManagedIdentity } from './managed-identity.ts';
import { readCaller } from './read-caller.ts';
import { readDocument } from './read-document.ts';
import { readProfile } from './read-profile.ts';
import { readDownstreamSettings } from './settings.ts';
import { createDocuments } from './store/documents.ts';
import { createProfiles } from './store/profiles.ts';
import { createTables } from './store/tables.ts';
import { writeDocument } from './write-document.ts';
import { writeProfile } from './write-profile.ts';

const settings = readDownstreamSettings();
const keys = createKeys({ authorityHost: settings.AZURE_AUTHORITY_HOST });
const clients = { clientIds: [settings.ORIGINAL_API_CLIENT_ID], confidential: true };
const tables = createTables(settings.AZURE_STORAGE_TABLE_ENDPOINT, createManagedIdentity(settings));
const documents = createDocuments(tables);
const profiles = createProfiles(tables);

const edge = createEdge({
  api: 'downstream-api',
  validate: createValidator({ keys, tenantIds: tenantsOf(settings), audience: settings.DOWNSTREAM_API_CLIENT_ID }),
  clients,
  origins: [],
  realm: realmOf(settings, settings.DOWNSTREAM_API_CLIENT_ID),
});

app.http('downstream-health', edge('downstream/health', health));
app.http('downstream-caller', edge('downstream/caller', { GET: { scopes: ['Documents.Read'], handle: readCaller(clients) } }));
app.http(
  'downstream-profile',
  edge('downstream/profiles/{userId}', {
    GET: { scopes: ['Profile.Read'], handle: readProfile(profiles) },
    PUT: { scopes: ['Profile.ReadWrite'], handle: writeProfile(profiles) },
  }),
);
app.http('downstream-documents', edge('downstream/documents', { GET: { scopes: ['Documents.Read'], handle: listDocuments(documents) } }));
app.http(
  'downstream-document',
  edge('downstream/documents/{id}', {
    GET: { scopes: ['Documents.Read'], handle: readDocument(documents) },
    PUT: { scopes: ['Documents.ReadWrite'], handle: writeDocument(documents) },
    DELETE: { scopes: ['Documents.ReadWrite'], handle: deleteDocument(documents, settings.STEP_UP_AUTH_CONTEXT) },
  }),
);
app.http('downstream-unknown', edge('downstream/{*path}', {}));
