import { type CreateCases, sendTokenUntilAccepted } from './case.ts';

/**
 * Rotates Entra's signing key. These cases run last, because the other API has to fetch the new key
 * before it accepts any later token.
 */
export const keyRotation: CreateCases = (api) => {
  const { emulators } = api;
  if (!emulators) return [];
  return [
    {
      name: 'a token signed with the new key after a key rotation',
      expected: '200',
      async run() {
        await emulators.setPolicy('signing-key', 'overlap');
        return sendTokenUntilAccepted(api, api.forge({}));
      },
    },
  ];
};
