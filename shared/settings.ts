import * as v from 'valibot';
import { isGuid } from './json.ts';
import { isLoopback } from './loopback.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of an app by name. Each has a Valibot schema whose messages complete the sentence
 * "NAME must be …".
 */
export type SettingsSchema = Readonly<Record<string, v.GenericSchema>>;

/** The values of settings, as their schemas return them. */
export type SettingsValues<S extends SettingsSchema> = {
  readonly [Name in keyof S]: v.InferOutput<S[Name]>;
};

/** One error for all settings that are missing or invalid. It never contains their values. */
export class SettingsError extends Error {
  /** @param problems A sentence for each problem, which begins with the name of the setting. */
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`;
    const lines = problems.map((problem) => `\n  - ${problem}`);
    super(`Invalid configuration: ${count} missing or invalid.${lines.join('')}`);
  }
}

/**
 * Variables that only Azure sets. App Service and the older plans set the first one. Flex
 * Consumption sets the others but not the first one.
 */
const azureVariables = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SKU', 'LEGION_SERVICE_HOST'];

/**
 * Replaces Valibot's default messages. They repeat the value that they reject, which may be a
 * secret.
 */
const defaultMessage = 'well formed';

/**
 * Returns the text of a setting, or `undefined` if it is absent or blank.
 *
 * @example
 * ```ts
 * const credential = readSetting('CLIENT_CREDENTIAL') ?? 'key-vault-certificate';
 * ```
 */
export const readSetting = (name: string, environment: Environment = process.env) =>
  environment[name]?.trim() || undefined;

/**
 * Whether this process runs on Azure. It reads the variables that the functions host reads
 * (Azure/azure-functions-host, EnvironmentExtensions.cs).
 *
 * @example
 * ```ts
 * if (isOnAzure()) throw new Error('The emulators do not run on Azure.');
 * ```
 */
export const isOnAzure = (environment?: Environment): boolean =>
  azureVariables.some((name) => readSetting(name, environment) !== undefined);

/**
 * Reads and checks all settings of an app. Call it once, at startup.
 *
 * @param settings The schema of each setting.
 * @param environment Default: `process.env`.
 * @param validate Checks settings against each other. It runs only if each setting is valid, and
 * returns one sentence for each problem.
 * @throws {SettingsError} Names every setting that is missing or invalid.
 *
 * @example
 * ```ts
 * const { API_URL } = readSettings({ API_URL: required('the URL of the API', endpoint) });
 * ```
 */
export function readSettings<S extends SettingsSchema>(
  settings: S,
  environment?: Environment,
  validate: (values: SettingsValues<S>) => readonly string[] = () => [],
): SettingsValues<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const onAzure = isOnAzure(environment);

  for (const [name, schema] of Object.entries(settings)) {
    const text = readSetting(name, environment);
    const { issues, output } = v.safeParse(schema, text, { message: defaultMessage });
    values[name] = output;
    if (issues) {
      problems.push(`${name} must be ${describeIssue(issues[0])}`);
    } else if (onAzure && output instanceof URL && output.protocol === 'http:') {
      problems.push(`${name} must be an https URL on Azure`);
    }
  }

  if (problems.length === 0) problems.push(...validate(values as SettingsValues<S>));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as SettingsValues<S>;
}

/** An issue with a path is about an item of a list. */
const describeIssue = ({ path, message }: v.BaseIssue<unknown>) =>
  path ? `a comma-separated list in which each item is ${message}` : message;

/**
 * A setting that must be present.
 *
 * @param meaning Completes the sentence "NAME must be set: …".
 *
 * @example
 * ```ts
 * const settings = { AZURE_TENANT_ID: required('the home tenant, a GUID', guid) };
 * ```
 */
export const required = <S extends v.GenericSchema>(meaning: string, schema: S) =>
  v.nonOptional(schema, `set: ${meaning}`);

/**
 * A setting that may be absent. Its value is then the default, or `undefined` without a default.
 *
 * @example
 * ```ts
 * const settings = { AZURE_AUTHORITY_HOST: optional(host, 'https://login.microsoftonline.com') };
 * ```
 */
export const optional = v.optional;

/** Any text. */
export const text = v.string();

/**
 * Text that matches a pattern.
 *
 * @param meaning Completes the sentence "NAME must be …".
 *
 * @example
 * ```ts
 * const authContext = matching(/^c\d{1,2}$/, 'an authentication context id, c1 to c99');
 * ```
 */
export const matching = (pattern: RegExp, meaning: string) =>
  v.pipe(text, v.regex(pattern, meaning));

/**
 * One of several texts.
 *
 * @example
 * ```ts
 * const credentialKind = oneOf('key-vault-certificate', 'key-vault-secret');
 * ```
 */
export const oneOf = <const T extends string>(...choices: readonly T[]) =>
  v.picklist(choices, `one of ${choices.join(', ')}`);

const splitList = (commaList: string) => commaList.split(',').map((item) => item.trim());

/**
 * A comma-separated list with at least one item.
 *
 * @example
 * ```ts
 * const settings = { CLIENT_APP_IDS: required('GUIDs separated by commas', list(guid)) };
 * ```
 */
export const list = <T>(item: v.GenericSchema<string, T>) =>
  v.pipe(text, v.transform(splitList), v.array(item));

/** A GUID, returned in lower case as Entra ID writes it. */
export const guid = v.pipe(text, v.check<string, 'a GUID'>(isGuid, 'a GUID'), v.toLowerCase());

const isSecure = (url: URL) =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

const isOriginAndPath = ({ href, origin, pathname }: URL) => href === origin + pathname;

/**
 * An https URL. Plain http is accepted for this machine only, and {@link readSettings} rejects it
 * on Azure.
 */
export const endpoint = v.pipe(
  text,
  v.transform((address) => URL.parse(address)),
  v.instance(URL, 'an https URL'),
  v.check(isSecure, 'an https URL (plain http only for localhost)'),
  v.check(isOriginAndPath, 'a URL without credentials, query or fragment'),
);

const hasNoPath = ({ pathname }: URL) => pathname === '/';

/** An https URL without a path, for clients that would ignore the path. */
export const host = v.pipe(endpoint, v.check(hasNoPath, 'a host without a path'));

const isExactOrigin = (address: string) =>
  v.is(endpoint, address) && new URL(address).origin === address && !address.includes('*');

/** An exact web origin (RFC 6454), without a path and without wildcards. */
export const origin = v.pipe(
  text,
  v.check(isExactOrigin, 'an exact origin, such as https://app.contoso.example'),
);
