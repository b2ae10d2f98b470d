import type { Configuration } from '@azure/msal-node';

/** The part of MSAL's configuration that contains the credential. */
type MsalCredential = Pick<
  Configuration['auth'],
  'clientCertificate' | 'clientSecret' | 'clientAssertion'
>;

/** A credential with which this API authenticates itself to Entra. */
export type ClientCredential = {
  /** Identifies the credential. A rotated credential has another version. */
  readonly version: string;
  /** When the credential expires, in milliseconds since 1970, if that is known. */
  readonly notAfter?: number | undefined;
  /** Returns the options for MSAL. A function, so that a printed credential shows no secret. */
  readonly options: () => MsalCredential;
};

/** Provides the client credential of this API. */
export interface CredentialSource {
  /**
   * Returns the credential to use.
   *
   * @throws {ApiError} `unavailable` if it cannot be read
   */
  current(): Promise<ClientCredential>;
  /**
   * Returns another credential after Entra refused one:
   * - A newer version from the vault, if the refused one was replaced there. The vault is read for
   *   this at most once a minute.
   * - The previous version, if the refused one is so new that Entra does not know it yet.
   *
   * @param refusedVersion the version that Entra refused
   * @returns `undefined` if there is no other credential
   * @throws {ApiError} `unavailable` if the vault cannot be read
   */
  renew(refusedVersion: string): Promise<ClientCredential | undefined>;
}
