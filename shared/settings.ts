/** Turns a setting's text into its value, or throws an Error whose message ends the sentence "NAME must be …". */
export type Parse<T> = (text: string) => T;

export type Environment = Readonly<Record<string, string | undefined>>;

/** How one setting is read: its text is `undefined` where it is absent or blank. */
export type Setting<T> = (text: string | undefined, environment: Environment) => T;

/** One error for all settings that are missing or bad, a line each; it names settings and never prints their values. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `The app does not start: ${problems.length} of its settings must be mended.\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.name = 'SettingsError';
  }
}

export type Values<S extends Record<string, Setting<unknown>>> = { readonly [K in keyof S]: ReturnType<S[K]> };

/**
 * Reads settings once, at start. The only place that looks at the environment.
 * @param contradictions what is wrong between settings that are each well by themselves
 * @throws SettingsError naming every setting that is missing or bad
 */
export function readSettings<S extends Record<string, Setting<unknown>>>(
  settings: S,
  environment: Environment = process.env,
  contradictions: (values: Values<S>) => readonly string[] = () => [],
): Values<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const onAzure = Boolean(environment.WEBSITE_INSTANCE_ID);
  for (const [name, read] of Object.entries(settings)) {
    try {
      values[name] = read(environment[name]?.trim() || undefined, environment);
      if (onAzure && values[name] instanceof URL && values[name].protocol === 'http:') throw new Error('an https URL: this is Azure');
    } catch (error) {
      problems.push(`${name} must be ${(error as Error).message}`);
    }
  }
  if (problems.length === 0) problems.push(...contradictions(values as Values<S>));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Values<S>;
}

export function required<T>(meaning: string, parse: Parse<T>): Setting<T> {
  return (text) => {
    if (text === undefined) throw new Error(`set: ${meaning}`);
    return parse(text);
  };
}

export function optional<T>(fallback: T, parse: Parse<T>): Setting<T> {
  return (text) => (text === undefined ? fallback : parse(text));
}

/** Required unless another setting has that value. */
export function requiredUnless<T>(name: string, value: string, meaning: string, parse: Parse<T>): Setting<T | undefined> {
  return (text, environment) =>
    (environment[name]?.trim() === value ? optional(undefined, parse) : required<T | undefined>(meaning, parse))(text, environment);
}

/** A GUID, in lower case as Entra writes it. */
export const guid: Parse<string> = (text) => {
  if (!isGuid(text)) throw new Error('a GUID');
  return text.toLowerCase();
};

export const isGuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);

/** A comma list of at least one. */
export const list =
  <T>(parse: Parse<T>): Parse<readonly T[]> =>
  (text) => {
    const parts = text.split(',').map((part) => part.trim());
    try {
      return parts.map((part) => parse(part));
    } catch (error) {
      throw new Error(`a comma list, each ${(error as Error).message}`);
    }
  };

export const oneOf =
  <const T extends string>(...choices: readonly T[]): Parse<T> =>
  (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new Error(`one of ${choices.join(', ')}`);
    return choice;
  };

export const matching =
  (pattern: RegExp, meaning: string): Parse<string> =>
  (text) => {
    if (!pattern.test(text)) throw new Error(meaning);
    return text;
  };

export const isLoopback = (url: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

/** An https URL without credentials, query or fragment; plain http only to this machine, and never on Azure (`readSettings` sees to that). */
export const endpoint: Parse<URL> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (!url || !secure || url.username || url.password || url.search || url.hash) {
    throw new Error('an https URL (plain http only for localhost) without credentials, query or fragment');
  }
  return url;
};

/** A host alone: an https URL without a path, which would be dropped. */
export const host: Parse<URL> = (text) => {
  const url = endpoint(text);
  if (url.pathname !== '/') throw new Error('a host without a path');
  return url;
};

/** An exact web origin (RFC 6454), such as `https://app.contoso.example`: no path, no wildcard. */
export const origin: Parse<string> = (text) => {
  const url = endpoint(text);
  if (url.origin !== text) throw new Error('an exact origin such as https://app.contoso.example, without a path or a slash at the end');
  return text;
};

/** Where the platform serves the app's managed identity (App Service protocol); both absent on a machine that has none. */
export const managedIdentitySettings = {
  IDENTITY_ENDPOINT: optional<string | undefined>(undefined, (text) => text),
  IDENTITY_HEADER: optional<string | undefined>(undefined, (text) => text),
};
