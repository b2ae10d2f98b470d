import { isCode, type Offer, problemMessages } from '../../client-app/auth/problem-messages.ts';

/** What the Client App does for each action that it offers with a message. */
const actions: Readonly<Record<Offer, string>> = {
  confirm:
    'gets a token with the claims (first silently, then interactively when the user confirms) ' +
    'and repeats the request',
  allow: 'offers to request the permission',
  'tell-admin': 'shows what to request from an administrator',
  'sign-in': 'offers to sign in again',
  retry: 'offers to try again, and retries automatically with increasing delays',
  choose: 'shows both versions to choose from',
  back: 'offers a way back',
  'copy-id': 'shows the correlation id to copy',
};

/** Describes how the Client App handles a problem with this code, and the message it shows. */
export function describeClientApp(code: string): string {
  if (!isCode(code)) return 'does not know this code and shows a general error message.';
  const { message, offers }: { readonly message: string; readonly offers: readonly Offer[] } =
    problemMessages[code];
  const reaction =
    offers.length > 0
      ? offers.map((offer) => actions[offer]).join('; ')
      : 'lets the user change the input';
  return `shows “${message}” and ${reaction}.`;
}
