/** What the app offers beside the words. */
export type Offer =
  | 'confirm'
  | 'allow'
  | 'tell-admin'
  | 'sign-in'
  | 'retry'
  | 'choose'
  | 'back'
  | 'copy-id';

export interface Words {
  readonly says: string;
  readonly offers: readonly Offer[];
}

const ownFault: Words = { says: 'Something went wrong on our side.', offers: ['copy-id'] };
const signInAgain: Words = { says: 'Your sign-in is no longer valid.', offers: ['sign-in'] };
const notThisAccount: Words = { says: 'Your account cannot use this app.', offers: ['copy-id'] };

/**
 * What a person reads for each problem `code` of the API, and for the one situation only a client can see (`unreachable`).
 * The single place for these sentences.
 */
export const words = {
  step_up_required: {
    says: 'Your organisation asks for one more check before this.',
    offers: ['confirm'],
  },
  consent_required: {
    says: 'This app needs your permission to do this for you.',
    offers: ['allow'],
  },
  admin_consent_required: {
    says: 'An administrator has to allow this first.',
    offers: ['tell-admin', 'copy-id'],
  },
  sign_in_again: signInAgain,
  invalid_token: signInAgain,
  invalid_request: ownFault,
  insufficient_scope: {
    says: 'This app was not given the permission that this needs.',
    offers: ['allow'],
  },
  blocked: { says: 'Your organisation does not allow this from here.', offers: ['copy-id'] },
  account_disabled: notThisAccount,
  not_assigned: notThisAccount,
  caller_not_allowed: { says: 'This app is not one that the API accepts.', offers: ['copy-id'] },
  forbidden: { says: 'You may not do this.', offers: ['back'] },
  not_found: {
    says: 'There is no such thing here, or it is not shared with you.',
    offers: ['back'],
  },
  conflict: { says: 'Somebody saved a newer version.', offers: ['choose'] },
  precondition_required: ownFault,
  bad_request: { says: 'Something that you entered cannot be saved.', offers: [] },
  unsupported_media_type: ownFault,
  length_required: ownFault,
  too_large: { says: 'This is too large to be saved.', offers: [] },
  unavailable: { says: 'A service that this needs is not answering.', offers: ['retry'] },
  bad_gateway: {
    says: 'The downstream service gave an answer that cannot be used.',
    offers: ['retry', 'copy-id'],
  },
  timeout: { says: 'The downstream service took too long.', offers: ['retry', 'copy-id'] },
  unexpected: ownFault,
  unreachable: { says: 'The API cannot be reached. Are you offline?', offers: ['retry'] },
} as const satisfies Record<string, Words>;

export type Code = keyof typeof words;

/** Whether the API's word is one this table knows. */
export function isCode(value: unknown): value is Code {
  return typeof value === 'string' && Object.hasOwn(words, value);
}

export function wordsFor(code: Code): Words {
  return words[code];
}

/** Where the person has done what Entra asked, and the refusal is the same: no second visit, no riddle. */
const stillRefused = {
  step_up_required: 'You have confirmed that it’s you, and your organisation still asks for more.',
  consent_required: 'The permission has not arrived yet. Give it a minute.',
  insufficient_scope: 'The permission has not arrived yet. Give it a minute.',
  sign_in_again: 'You have signed in, and the sign-in is still not accepted.',
  invalid_token: 'You have signed in, and the sign-in is still not accepted.',
} as const satisfies Partial<Record<Code, string>>;

/** Where the person turned back at Entra. */
const turnedBack = {
  step_up_required: 'You did not finish the check, so this was not done.',
  consent_required: 'You did not give permission, so this was not done.',
  insufficient_scope: 'You did not give permission, so this was not done.',
  sign_in_again: 'You did not sign in, so this was not done.',
  invalid_token: 'You did not sign in, so this was not done.',
} as const satisfies Partial<Record<Code, string>>;

/** What to say after a visit to Entra that did not help. */
export function sayAfterwards(code: Code, declined: boolean): string {
  const table: Partial<Record<Code, string>> = declined ? turnedBack : stillRefused;
  return table[code] ?? words[code].says;
}
