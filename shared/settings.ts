import * as v from 'valibot';
import { isGuid } from './json.ts';
import { isLoopback } from './loopback.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One error for all settings that are missing or bad, a line each; it names settings and never prints their values. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    const lines = problems.map((problem) => `\n  - ${problem}`);
    super(
      `The app does not start: ${problems.length} of its settings must be mended.${lines.join('')}`,
    );
  }
}

/** What each of an app's settings must be: a schema whose messages end the sentence "NAME must be …". */
export type Settings = Readonly<Record<string, v.GenericSchema>>;

export type Values<S extends Settings> = { readonly [Name in keyof S]: v.InferOutput<S[Name]> };

type Judge<S extends Settings> = (values: Values<S>) => readonly string[];

/** A setting's text; `undefined` where it is absent or blank. */
export const readText = (name: string, environment: Environment = process.env) =>
  environment[name]?.trim() || undefined;

/** What Azure alone sets: the first on App Service and the older plans, the others on Flex Consumption, which does not set the first. */
const platform = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SKU', 'LEGION_SERVICE_HOST'];

/** Whether this process runs on Azure, as the functions host decides it (Azure/azure-functions-host, EnvironmentExtensions.cs). */
export const isOnAzure = (environment?: Environment): boolean =>
  platform.some((name) => readText(name, environment) !== undefined);

/**
 * Reads settings once, at start.
 * @param judge says what is wrong between settings that are each well by themselves
 * @throws SettingsError naming every setting that is missing or bad
 */
export function readSettings<S extends Settings>(
  settings: S,
  environment?: Environment,
  judge: Judge<S> = () => [],
): Values<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const onAzure = isOnAzure(environment);
  for (const [name, schema] of Object.entries(settings)) {
    // Valibot's own messages repeat what they refuse: one stands in for all of them.
    const { issues, output } = v.safeParse(schema, readText(name, environment), {
      message: 'well formed',
    });
    values[name] = output;
    if (issues)
      problems.push(
        `${name} must be ${issues[0].path ? 'a comma list, each ' : ''}${issues[0].message}`,
      );
    else if (onAzure && output instanceof URL && output.protocol === 'http:')
      problems.push(`${name} must be an https URL: this is Azure`);
  }
  if (problems.length === 0) problems.push(...judge(values as Values<S>));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Values<S>;
}

export const required = <S extends v.GenericSchema>(meaning: string, schema: S) =>
  v.nonOptional(schema, `set: ${meaning}`);

/** Absent, it is the default or `undefined`. */
export const optional = v.optional;

export const text = v.string();

export const matching = (pattern: RegExp, meaning: string) =>
  v.pipe(text, v.regex(pattern, meaning));

export const oneOf = <const T extends string>(...choices: readonly T[]) =>
  v.picklist(choices, `one of ${choices.join(', ')}`);

const splitList = (parts: string) => parts.split(',').map((part) => part.trim());

/** A comma list of at least one. */
export const list = <T>(item: v.GenericSchema<string, T>) =>
  v.pipe(text, v.transform(splitList), v.array(item));

/** A GUID, in lower case as Entra writes it. */
export const guid = v.pipe(text, v.check<string, 'a GUID'>(isGuid, 'a GUID'), v.toLowerCase());

const isSecure = (url: URL) =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

/** An https URL; plain http only to this machine, and never on Azure (`readSettings` sees to that). */
export const endpoint = v.pipe(
  text,
  v.transform((address) => URL.parse(address)),
  v.instance(URL, 'an https URL'),
  v.check(isSecure, 'an https URL (plain http only for localhost)'),
  v.check(
    ({ href, origin, pathname }) => href === origin + pathname,
    'a URL without credentials, query or fragment',
  ),
);

const isHostAlone = ({ pathname }: URL) => pathname === '/';

/** A host: a path would be dropped. */
export const host = v.pipe(endpoint, v.check(isHostAlone, 'a host without a path'));

const isOrigin = (address: string) =>
  v.is(endpoint, address) && new URL(address).origin === address && !address.includes('*');

/** An exact web origin (RFC 6454): no path, no wildcard. */
export const origin = v.pipe(
  text,
  v.check(isOrigin, 'an exact origin, such as https://app.contoso.example'),
);
