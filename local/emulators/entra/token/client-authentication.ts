/** Client authentication (RFC 6749 §2.3): by secret, by certificate or by managed identity. */
import type { EmulatorContext } from '../../context.ts';
import type { App, Tenant } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import { verifyClientAssertion } from './client-assertion.ts';
import type { ClientAuthentication } from './token-request.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function findClient({ directory }: EmulatorContext, clientId: string): App {
  const client = directory.apps.find(({ appId }) => appId === clientId.toLowerCase());
  if (client) return client;
  throw new Refusal(700016, { detail: `Application with identifier '${clientId}' was not found.` });
}

function checkSecret({ credentials, now }: EmulatorContext, client: App, secret: string): void {
  const accepted = credentials.secrets(client.name).find(({ value }) => value === secret);
  if (!accepted) {
    throw new Refusal(7000215, { detail: `For a secret added to app '${client.appId}'.` });
  }
  if (accepted.notAfter < now()) throw new Refusal(7000222, { detail: `App '${client.appId}'.` });
}

/** The client of a token request. */
export interface AuthenticatedClient {
  /** The app of `client_id`. */
  readonly client: App;
  /** How it authenticated. */
  readonly clientAuthentication: ClientAuthentication;
}

/**
 * Authenticates the client of a token request. A public client sends only its id.
 * @throws {Refusal} 700016 for an unknown client, 7000218 without a credential, 7000215 and 7000222
 *   for a wrong or expired secret, and those of `verifyClientAssertion`.
 */
export async function authenticateClient(
  context: EmulatorContext,
  form: URLSearchParams,
  tenant: Tenant | undefined,
): Promise<AuthenticatedClient> {
  const client = findClient(context, form.get('client_id') ?? '');
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (client.public) {
    if (assertion || secret) {
      throw new Refusal(9002313, {
        detail: 'A public client cannot send a client_assertion or client_secret.',
      });
    }
    return { client, clientAuthentication: 'none' };
  }
  if (assertion) {
    if (form.get('client_assertion_type') !== assertionType) {
      throw new Refusal(9002313, { detail: 'The client_assertion_type is not valid.' });
    }
    await verifyClientAssertion(context, client, assertion, tenant);
    return { client, clientAuthentication: 'assertion' };
  }
  if (!secret) throw new Refusal(7000218);
  checkSecret(context, client, secret);
  return { client, clientAuthentication: 'secret' };
}
