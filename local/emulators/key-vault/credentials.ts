/**
 * The client credentials of the apps. One store has the versions for Key Vault and knows which of
 * them Entra accepts, so that the two emulators agree.
 */
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { App, Directory } from '../entra/directory.ts';
import { createSelfSignedCertificate } from './certificate.ts';
import { openVersionStore, type StoredVersion, type VaultVersion } from './version-store.ts';

/** A certificate on the app registration at Entra. */
export interface AcceptedCertificate {
  /** Lower-case hex without colons. */
  readonly thumbprintSha256: string;
  /** The public key of the certificate. */
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** A client secret on the app registration at Entra. */
export interface AcceptedSecret {
  /** The secret itself. */
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** Reads and changes the client credentials. */
export interface Credentials {
  /** The versions of a secret in Key Vault, newest first. Empty for an unknown secret. */
  vaultVersions(name: string): readonly VaultVersion[];
  /** The certificates that Entra knows for an app, including expired ones. `app` is its name. */
  certificates(app: string): readonly AcceptedCertificate[];
  /** The client secrets that Entra knows for an app, including expired ones. `app` is its name. */
  secrets(app: string): readonly AcceptedSecret[];
  /**
   * The newest client secret of an app.
   * @throws {Error} when the app has none.
   */
  secretOf(app: string): string;
  /** Creates a new certificate and secret for each app. Entra then accepts only these. */
  rotate(): Promise<void>;
  /**
   * Moves the expiry of all certificates and secrets to one hour ago, in Key Vault and at Entra.
   * Key Vault gets a new version of the certificate whose `notAfter` is in the past.
   */
  expire(): Promise<void>;
  /** Disables every version in Key Vault. Entra still accepts the values. */
  disable(): Promise<void>;
  /** Rotates the credentials of each app whose newest version is disabled or has expired. */
  restore(): Promise<void>;
}

const hourMs = 3_600_000;
const lifetimeMs = 365 * 24 * hourMs;

/** Opens `dataDir/credentials.json` (mode 0600). Creates missing and invalid credentials. */
export async function openCredentials(options: {
  readonly dataDir: string;
  readonly directory: Directory;
  readonly now: () => number;
}): Promise<Credentials> {
  const { directory, now } = options;
  const store = await openVersionStore(join(options.dataDir, 'credentials.json'), now);
  const apps = directory.apps.filter((app) => app.credential ?? app.secret);
  /** The apps with credentials in Key Vault. The `vault-credential` policy applies to these. */
  const vaultApps = apps.filter((app) => app.credential);
  const vaultNames = new Set(vaultApps.flatMap((app) => [app.credential, secretName(app)]));

  async function addCertificate(
    app: App,
    name: string,
    dates: { readonly notBefore: number; readonly notAfter: number; readonly key?: KeyObject },
  ): Promise<void> {
    const value = await createSelfSignedCertificate({ commonName: app.displayName, ...dates });
    store.add(name, { value, contentType: 'application/x-pem-file', expires: dates.notAfter });
  }

  async function renew(app: App): Promise<void> {
    store.updateAll(secretName(app), { accepted: false });
    store.add(secretName(app), {
      value: randomBytes(30).toString('base64url'),
      contentType: 'text/plain',
      expires: now() + lifetimeMs,
    });
    if (!app.credential) return;
    store.updateAll(app.credential, { accepted: false });
    await addCertificate(app, app.credential, {
      notBefore: now() - hourMs,
      notAfter: now() + lifetimeMs,
    });
  }

  async function expire(app: App): Promise<void> {
    const past = now() - hourMs;
    store.updateAll(secretName(app), { expires: past });
    const newest = store.versions(app.credential ?? '')[0];
    if (!app.credential || !newest) return;
    store.updateAll(app.credential, { expires: past });
    // A certificate contains its end date, so the same key needs another certificate.
    await addCertificate(app, app.credential, {
      notBefore: past - hourMs,
      notAfter: past,
      key: createPrivateKey(newest.value),
    });
  }

  async function disable(app: App): Promise<void> {
    store.updateAll(app.credential ?? '', { enabled: false });
    store.updateAll(secretName(app), { enabled: false });
  }

  function isValid(name: string): boolean {
    const [newest] = store.versions(name);
    if (!newest?.enabled) return false;
    return newest.expires > now();
  }

  async function renewUnlessValid(app: App): Promise<void> {
    const hasValidSecret = isValid(secretName(app));
    const hasValidCertificate = app.credential === undefined || isValid(app.credential);
    if (!hasValidSecret || !hasValidCertificate) await renew(app);
  }

  function acceptedSecrets(name: string): readonly StoredVersion[] {
    const app = directory.app(name);
    return app ? store.acceptedVersions(secretName(app)) : [];
  }

  const restore = () => store.change(apps, renewUnlessValid);
  await restore();
  return {
    vaultVersions: (name) => (vaultNames.has(name) ? store.versions(name) : []),
    certificates: (app) => {
      const name = directory.app(app)?.credential ?? '';
      return store.acceptedVersions(name).map(readAcceptedCertificate);
    },
    secrets: (app) =>
      acceptedSecrets(app).map(({ value, expires }) => ({ value, notAfter: expires })),
    secretOf: (app) => {
      const [newest] = acceptedSecrets(app);
      if (!newest) throw new Error(`The app "${app}" has no client secret.`);
      return newest.value;
    },
    rotate: () => store.change(vaultApps, renew),
    expire: () => store.change(vaultApps, expire),
    disable: () => store.change(vaultApps, disable),
    restore,
  };
}

function secretName(app: App): string {
  return `${app.credential ?? app.name}-secret`;
}

function readAcceptedCertificate({ value, expires }: StoredVersion): AcceptedCertificate {
  const pem = value.slice(value.indexOf('-----BEGIN CERTIFICATE-----'));
  const certificate = new X509Certificate(pem);
  const thumbprintSha256 = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { thumbprintSha256, publicKey: certificate.publicKey, notAfter: expires };
}
