/** Who is the client? By secret, by an assertion signed with a certificate, or by a managed identity's token. */
import type { EmulatorContext } from '../../context.ts';
import type { App, Tenant } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import type { ClientProof } from './access-token.ts';
import { verifyClientAssertion } from './client-assertion.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Authenticates the client of a token request. A public client proves nothing (0).
 * Throws a Refusal: 700016 unknown app, 7000218 no proof, 7000215 and 7000222 bad or expired secret, and those of the assertion.
 */
export async function authenticateClient(
  context: EmulatorContext,
  form: URLSearchParams,
  tenant: Tenant | undefined,
): Promise<{ client: App; proof: ClientProof }> {
  const clientId = form.get('client_id') ?? '';
  const client = context.directory.apps.find(({ appId }) => appId === clientId.toLowerCase());
  if (!client)
    throw new Refusal(700016, {
      detail: `Application with identifier '${clientId}' was not found.`,
    });
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (client.public) {
    if (assertion || secret)
      throw new Refusal(9002313, {
        detail: 'A public client cannot send a client_assertion or client_secret.',
      });
    return { client, proof: 0 };
  }
  if (assertion) {
    if (form.get('client_assertion_type') !== assertionType)
      throw new Refusal(9002313, { detail: 'The client_assertion_type is not valid.' });
    await verifyClientAssertion(context, client, assertion, tenant);
    return { client, proof: 2 };
  }
  if (!secret) throw new Refusal(7000218);
  const accepted = context.credentials.secrets(client.name).find(({ value }) => value === secret);
  if (!accepted)
    throw new Refusal(7000215, { detail: `For a secret added to app '${client.appId}'.` });
  if (accepted.notAfter < context.now())
    throw new Refusal(7000222, { detail: `App '${client.appId}'.` });
  return { client, proof: 1 };
}
