import * as v from 'valibot';

const url = v.pipe(v.string('must be a string'), v.url('must be a URL'));
const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const hosts = v.array(v.string('must be a list of host names'), 'must be a list of host names');
const control = v.object({ controlUrl: url, controlToken: text }, 'must be an object');

const schema = v.object(
  {
    /** The authority of the tenant: `https://login.microsoftonline.com/<tenant>`. */
    authority: url,
    /** The client id of the Client App. */
    clientId: text,
    /** Authority hosts that MSAL trusts without asking Microsoft. For the local emulators only. */
    knownAuthorities: v.optional(hosts),
    /** OpenID metadata as JSON, when MSAL cannot load it. For the local emulators only. */
    authorityMetadata: v.optional(text),
    /** The URL of Original API with its route prefix: `https://<app>.azurewebsites.net/api`. */
    originalApiUrl: url,
    /** The identifier URI of Original API, which is the prefix of its scopes: `api://<app id>`. */
    originalApiId: text,
    /** The control API of the local emulators. Absent in the cloud. */
    emulators: v.optional(control),
  },
  'must be a JSON object',
);

/** The deployment settings of the Client App. */
export type Settings = v.InferOutput<typeof schema>;

/**
 * Validates the content of `settings.json`.
 * @throws {Error} when settings are missing or invalid. The message names all of them.
 */
export function readSettings(json: unknown): Settings {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const name = v.getDotPath(issue);
    if (name === null) return `the file ${issue.message}`;
    return issue.received === 'undefined' ? `${name} is missing` : `${name} ${issue.message}`;
  });
  throw new Error(`Invalid settings.json: ${problems.join(', ')}.`);
}

/**
 * Loads `settings.json` from the folder of the page, so that one bundle serves every environment.
 * @throws {Error} when the file cannot be loaded or is invalid
 */
export async function loadSettings(): Promise<Settings> {
  const response = await fetchSettings();
  if (!response?.ok) {
    throw new Error(
      'settings.json could not be loaded. Deploy it to the folder of this page, then reload.',
    );
  }
  return readSettings(await readJson(response));
}

async function fetchSettings(): Promise<Response | undefined> {
  try {
    return await fetch('./settings.json', { cache: 'no-cache' });
  } catch {
    return undefined;
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
