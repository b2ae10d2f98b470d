/** One truth for both sides of a client credential: what Key Vault holds and what Entra accepts. */
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App, Directory } from '../entra/directory.ts';
import { writePrivateFile } from '../private-file.ts';
import { createSelfSignedCertificate } from './self-signed-certificate.ts';

/** A version of a secret. Times are in milliseconds since 1970. */
export interface VaultVersion {
  readonly version: string;
  readonly value: string;
  readonly contentType: string;
  readonly enabled: boolean;
  readonly created: number;
  readonly expires?: number;
}

export interface AcceptedCertificate {
  /** Lower-case hex without colons. */
  readonly thumbprintSha256: string;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export interface AcceptedSecret {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export interface Credentials {
  /** What the vault holds under a name, newest first; empty where there is no such secret. */
  vaultVersions(name: string): readonly VaultVersion[];
  /** The certificates registered at Entra for an app, by its name in the directory; expired ones are among them. */
  certificates(app: string): readonly AcceptedCertificate[];
  /** The secrets registered at Entra for an app, by its name in the directory; expired ones are among them. */
  secrets(app: string): readonly AcceptedSecret[];
  /** The newest secret of an app; throws for an app without one. */
  secretOf(app: string): string;
  /** A new certificate and a new secret: newest in the vault, and from now on the only ones that Entra accepts. */
  rotate(): Promise<void>;
  /** Lets both run out, an hour ago, for the vault and for Entra. The newest certificate in the vault says so itself. */
  expire(): Promise<void>;
  /** Disables every version in the vault; Entra still accepts what somebody holds already. */
  disable(): Promise<void>;
  /** Rotates unless the newest pair is good, so that it may be called at any time. */
  restore(): Promise<void>;
}

/** A version as it is kept; `accepted` says whether it is registered at Entra. */
interface Held extends VaultVersion {
  readonly expires: number;
  readonly accepted: boolean;
}

const hour = 3_600_000;
const lifetime = 365 * 24 * hour;
const keptVersions = 10;

/** Opens what `dataDir/credentials.json` (mode 0600) holds; makes what is missing, replaces what is disabled or has run out. */
export async function openCredentials(options: {
  readonly dataDir: string;
  readonly directory: Directory;
  readonly now: () => number;
}): Promise<Credentials> {
  const { directory, now } = options;
  const file = join(options.dataDir, 'credentials.json');
  const held = new Map<string, readonly Held[]>(
    JSON.parse(await readFile(file, 'utf8').catch(() => '[]')),
  );
  const apps = directory.apps.filter((app) => app.credential ?? app.secret);
  const inVault = new Set(
    apps.flatMap((app) => (app.credential ? [app.credential, secretName(app)] : [])),
  );

  const versions = (name: string) => held.get(name) ?? [];
  const accepted = (name: string) => versions(name).filter((version) => version.accepted);
  const mend = (name: string, change: Partial<Held>) =>
    held.set(
      name,
      versions(name).map((version) => ({ ...version, ...change })),
    );
  const add = (name: string, fields: Pick<Held, 'value' | 'contentType' | 'expires'>) => {
    const version = {
      ...fields,
      version: randomBytes(16).toString('hex'),
      created: now(),
      enabled: true,
      accepted: true,
    };
    held.set(name, [version, ...versions(name)].slice(0, keptVersions));
  };
  const addCertificate = async (
    app: App,
    name: string,
    notBefore: number,
    notAfter: number,
    key?: KeyObject,
  ) => {
    const pem = await createSelfSignedCertificate({
      commonName: app.displayName,
      notBefore,
      notAfter,
      ...(key && { key }),
    });
    add(name, { value: pem, contentType: 'application/x-pem-file', expires: notAfter });
  };

  async function renew(app: App): Promise<void> {
    mend(secretName(app), { accepted: false });
    add(secretName(app), {
      value: randomBytes(30).toString('base64url'),
      contentType: 'text/plain',
      expires: now() + lifetime,
    });
    if (!app.credential) return;
    mend(app.credential, { accepted: false });
    await addCertificate(app, app.credential, now() - hour, now() + lifetime);
  }
  async function letExpire(app: App): Promise<void> {
    const past = now() - hour;
    mend(secretName(app), { expires: past });
    const newest = versions(app.credential ?? '')[0];
    if (!app.credential || !newest) return;
    mend(app.credential, { expires: past });
    // A certificate names its own end: the same key is certified once more, for a time that is over.
    await addCertificate(app, app.credential, past - hour, past, createPrivateKey(newest.value));
  }
  const isGood = (name: string) =>
    versions(name)[0]?.enabled === true && (versions(name)[0]?.expires ?? 0) > now();

  let last: Promise<unknown> = Promise.resolve();
  /** One change at a time, and each is on disk before the next begins. */
  const change = (changes: App[], work: (app: App) => Promise<void>): Promise<void> => {
    const done = last
      .then(() => Promise.all(changes.map(work)))
      .then(() => writePrivateFile(file, JSON.stringify([...held])));
    last = done.catch(() => undefined);
    return done;
  };
  const secretsOf = (name: string) => {
    const app = directory.app(name);
    return app ? accepted(secretName(app)) : [];
  };
  const shared = apps.filter((app) => app.credential);
  const restore = () =>
    change(apps, async (app) => {
      if (!isGood(secretName(app)) || (app.credential && !isGood(app.credential))) await renew(app);
    });
  await restore();
  return {
    vaultVersions: (name) => (inVault.has(name) ? versions(name) : []),
    certificates: (name) =>
      accepted(directory.app(name)?.credential ?? '').map(readAcceptedCertificate),
    secrets: (name) => secretsOf(name).map(({ value, expires }) => ({ value, notAfter: expires })),
    secretOf(name) {
      const [newest] = secretsOf(name);
      if (!newest) throw new Error(`The app "${name}" has no client secret.`);
      return newest.value;
    },
    rotate: () => change(shared, renew),
    expire: () => change(shared, letExpire),
    disable: () =>
      change(shared, async (app) => {
        for (const name of [app.credential ?? '', secretName(app)]) mend(name, { enabled: false });
      }),
    restore,
  };
}

const secretName = (app: App) => `${app.credential ?? app.name}-secret`;

function readAcceptedCertificate({ value, expires }: Held): AcceptedCertificate {
  const certificate = new X509Certificate(
    value.slice(value.indexOf('-----BEGIN CERTIFICATE-----')),
  );
  const thumbprintSha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { thumbprintSha256, publicKey: certificate.publicKey, notAfter: expires };
}
