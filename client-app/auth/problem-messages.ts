/** What the app offers next to a message. */
export type Offer =
  /** Satisfies the claims challenge at Entra. */
  | 'confirm'
  /** Gives consent at Entra. */
  | 'allow'
  /** Copies a message to an administrator. */
  | 'tell-admin'
  /** Signs in again at Entra. */
  | 'sign-in'
  /** Runs the action again. */
  | 'retry'
  /** Shows both versions of a conflict. */
  | 'choose'
  /** Leads back to the documents. */
  | 'back'
  /** Copies the correlation id for support. */
  | 'copy-id';

/** How the app presents a problem. */
export interface ProblemMessage {
  /** One sentence for the user. */
  readonly message: string;
  /** What the user can do. Empty when they have to change the input. */
  readonly offers: readonly Offer[];
}

const serverFault: ProblemMessage = {
  message: 'Something went wrong on our side.',
  offers: ['copy-id'],
};
const signInExpired: ProblemMessage = {
  message: 'Your sign-in is no longer valid.',
  offers: ['sign-in'],
};
const accountRefused: ProblemMessage = {
  message: 'Your account cannot use this app.',
  offers: ['copy-id'],
};

/**
 * The message for each problem `code` of the APIs, and for `unreachable`, which only a client can
 * detect. This is the only place for these sentences.
 */
export const problemMessages = {
  step_up_required: {
    message: 'Your organisation asks for one more check before this.',
    offers: ['confirm'],
  },
  consent_required: {
    message: 'This app needs your permission to do this for you.',
    offers: ['allow'],
  },
  admin_consent_required: {
    message: 'An administrator has to allow this first.',
    offers: ['tell-admin', 'copy-id'],
  },
  sign_in_again: signInExpired,
  invalid_token: signInExpired,
  invalid_request: serverFault,
  insufficient_scope: {
    message: 'This app does not have the permission that it needs for this.',
    offers: ['allow'],
  },
  blocked: {
    message: 'Your organisation does not allow this from here.',
    offers: ['copy-id'],
  },
  account_disabled: accountRefused,
  not_assigned: accountRefused,
  caller_not_allowed: {
    message: 'The API does not accept calls from this app.',
    offers: ['copy-id'],
  },
  forbidden: { message: 'You may not do this.', offers: ['back'] },
  not_found: {
    message: 'There is no such document, or it is not shared with you.',
    offers: ['back'],
  },
  state_conflict: {
    message: 'This cannot be done in the current state. Reload and try again.',
    offers: ['retry'],
  },
  conflict: { message: 'Somebody saved a newer version.', offers: ['choose'] },
  precondition_required: serverFault,
  bad_request: { message: 'Something that you entered cannot be saved.', offers: [] },
  unprocessable: { message: 'Something that you entered was not accepted.', offers: [] },
  unsupported_media_type: serverFault,
  length_required: serverFault,
  too_large: { message: 'This is too large to be saved.', offers: [] },
  unavailable: { message: 'A service that this needs is not answering.', offers: ['retry'] },
  bad_gateway: {
    message: 'The downstream service sent a response that cannot be used.',
    offers: ['retry', 'copy-id'],
  },
  timeout: { message: 'The downstream service took too long.', offers: ['retry', 'copy-id'] },
  unexpected: serverFault,
  unreachable: { message: 'The API cannot be reached. Are you offline?', offers: ['retry'] },
} as const satisfies Record<string, ProblemMessage>;

/** A problem code of the APIs, or `unreachable`. */
export type ProblemCode = keyof typeof problemMessages;

/** Whether the value is a known problem code. */
export function isCode(value: unknown): value is ProblemCode {
  return typeof value === 'string' && Object.hasOwn(problemMessages, value);
}

/** Returns the message for a problem. */
export function messageFor(code: ProblemCode): ProblemMessage {
  return problemMessages[code];
}

type Messages = Readonly<Partial<Record<ProblemCode, string>>>;

const permissionPending = 'The permission is not effective yet. Try again in a minute.';
const stillNotAccepted = 'You signed in, but the sign-in is still not accepted.';

/** The messages when the user did what Entra asked for, and the API returns the same problem. */
const messagesAfterSuccess: Messages = {
  step_up_required:
    'You confirmed that it’s you, but your organisation still asks for another check.',
  consent_required: permissionPending,
  insufficient_scope: permissionPending,
  sign_in_again: stillNotAccepted,
  invalid_token: stillNotAccepted,
};

const notPermitted = 'You did not give permission, so this was not done.';
const notSignedIn = 'You did not sign in, so this was not done.';

/** The messages when the user cancelled at Entra. */
const messagesAfterCancel: Messages = {
  step_up_required: 'You did not finish the check, so this was not done.',
  consent_required: notPermitted,
  insufficient_scope: notPermitted,
  sign_in_again: notSignedIn,
  invalid_token: notSignedIn,
};

/** Returns the message for a problem that a visit to Entra did not solve. */
export function messageAfterInteraction(code: ProblemCode, declined: boolean): string {
  const messages = declined ? messagesAfterCancel : messagesAfterSuccess;
  return messages[code] ?? problemMessages[code].message;
}
