import { type Group, patiently } from './case.ts';

/** Entra signs with a new key. The last group: tokens that it makes from now on have to wait for their key at the other API. */
export const rotation: Group = (api) => {
  const { emulators } = api;
  if (!emulators) return [];
  return [
    {
      group: 'Must stay 200',
      name: 'a token by a new key, after a rotation',
      expected: '200',
      async run() {
        await emulators.policy('signing-key', 'overlap');
        return patiently(api, api.forge({}));
      },
    },
  ];
};
