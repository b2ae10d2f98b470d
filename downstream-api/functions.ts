import '../shared/check-node.ts';
import { app } from '@azure/functions';
import { challengeOptionsOf, tenantsOf } from '../shared/entra-settings.ts';
import { createApi, health } from '../shared/http/create-api.ts';
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

const api = createApi({
  name: 'downstream-api',
  validate: createValidator({
    keys,
    tenantIds: tenantsOf(settings),
    audience: settings.DOWNSTREAM_API_CLIENT_ID,
  }),
  clients,
  origins: [],
  challenge: challengeOptionsOf(settings, settings.DOWNSTREAM_API_CLIENT_ID),
});

app.http('downstream-health', api.route('downstream/health', health));
app.http(
  'downstream-caller',
  api.route('downstream/caller', {
    GET: { scopes: ['Documents.Read'], handler: readCaller(clients) },
  }),
);
app.http(
  'downstream-profile',
  api.route('downstream/profiles/{userId}', {
    GET: { scopes: ['Profile.Read'], handler: readProfile(profiles) },
    PUT: { scopes: ['Profile.ReadWrite'], handler: writeProfile(profiles) },
  }),
);
app.http(
  'downstream-documents',
  api.route('downstream/documents', {
    GET: { scopes: ['Documents.Read'], handler: listDocuments(documents) },
  }),
);
app.http(
  'downstream-document',
  api.route('downstream/documents/{id}', {
    GET: { scopes: ['Documents.Read'], handler: readDocument(documents) },
    PUT: { scopes: ['Documents.ReadWrite'], handler: writeDocument(documents) },
    DELETE: {
      scopes: ['Documents.ReadWrite'],
      handler: deleteDocument(documents, settings.STEP_UP_AUTH_CONTEXT),
    },
  }),
);
app.http('downstream-unknown', api.route('downstream/{*path}', {}));
