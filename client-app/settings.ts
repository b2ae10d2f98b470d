import * as v from 'valibot';

const url = v.pipe(v.string('is no text'), v.url('is not a URL'));
const text = v.pipe(v.string('is no text'), v.nonEmpty('is empty'));

const schema = v.object(
  {
    /** Where people sign in: `https://login.microsoftonline.com/<tenant>`. */
    authority: url,
    /** The Client App's own registration. */
    clientId: text,
    /** Hosts that MSAL accepts without asking Microsoft about them (the local emulators only). */
    knownAuthorities: v.optional(
      v.array(v.string('is no list of host names'), 'is no list of host names'),
    ),
    /** OpenID metadata as a JSON string, for an authority that MSAL cannot discover by itself (the local emulators only). */
    authorityMetadata: v.optional(text),
    /** Original API, with its route prefix: `https://<app>.azurewebsites.net/api`. */
    originalApiUrl: url,
    /** Original's identifier URI, the prefix of its scopes: `api://<app id>`. */
    originalApiId: text,
    /** The local emulators's control API; absent in the cloud. */
    emulators: v.optional(v.object({ controlUrl: url, controlToken: text }, 'is no object')),
  },
  'is no JSON object',
);

export type Settings = v.InferOutput<typeof schema>;

/**
 * Checks what `settings.json` holds.
 * @throws Error that names every missing or bad setting, in words for the person who deploys the app.
 */
export function readSettings(json: unknown): Settings {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const name = v.getDotPath(issue);
    return name !== null && issue.received === 'undefined'
      ? `${name} is missing`
      : `${name ?? 'the file'} ${issue.message}`;
  });
  throw new Error(`settings.json cannot be used: ${problems.join(', ')}.`);
}

/** Fetches `settings.json` from beside the page, so that one bundle serves every environment. */
export async function loadSettings(): Promise<Settings> {
  const response = await fetch('./settings.json', { cache: 'no-cache' }).catch(() => undefined);
  if (!response?.ok) throw new Error('settings.json could not be loaded from beside this page.');
  return readSettings(await response.json().catch(() => undefined));
}
