import { isCode, type Offer, words } from '../../client-app/auth/problem-words.ts';

const offered: Readonly<Record<Offer, string>> = {
  confirm:
    'gets a token with the claims (silently first, then at Entra on the person’s click) and goes on with what was interrupted',
  allow: 'offers to ask for the permission',
  'tell-admin': 'names what to ask an administrator for',
  'sign-in': 'offers to sign in again',
  retry: 'offers to try again, and does so by itself with growing pauses',
  choose: 'shows both versions to choose from',
  back: 'offers the way back',
  'copy-id': 'shows the correlation id to copy',
};

/** What the Client App does with a problem of this code, after its own table of words. */
export function describeClientApp(code: string): string {
  if (!isCode(code)) return 'does not know this code, and says that something went wrong.';
  const { says, offers } = words[code] as {
    readonly says: string;
    readonly offers: readonly Offer[];
  };
  const what = offers.map((offer) => offered[offer]);
  return `says “${says}” and ${what.length > 0 ? what.join('; ') : 'leaves it to the person to change what was entered'}.`;
}
