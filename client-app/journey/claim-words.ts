/** What a claim means to the chain, for somebody who reads the article. */
export interface ClaimWords {
  /** The claim's name in v2.0 tokens, and in v1.0 tokens where that differs. */
  readonly names: readonly string[];
  readonly means: string;
  readonly checkedBy: string;
  /** `api`: values of different APIs mean different things, even when they are spelled alike. `token`: comparing them says nothing. */
  readonly belongsTo?: 'api' | 'token';
}

/** In the order in which a person wonders: for whom, from whom, by which app, about whom, what may it do, until when. */
export const claimWords: readonly ClaimWords[] = [
  {
    names: ['aud'],
    means: 'The one API that this token is meant for.',
    checkedBy:
      'Each API accepts its own id only, so A is worthless at Downstream and B at Original.',
  },
  {
    names: ['azp', 'appid'],
    means: 'The app that asked for the token.',
    checkedBy: 'Original accepts its known clients; Downstream accepts Original alone.',
  },
  {
    names: ['azpacr', 'appidacr'],
    means: 'How that app proved itself: 0 not at all, 1 by a secret, 2 by a certificate.',
    checkedBy: 'Downstream demands 1 or 2: only Original holds the credential.',
  },
  {
    names: ['scp'],
    means:
      'What the app may do for the person. Each API defines its own scopes, alike in name only.',
    checkedBy: 'Each API looks for the scope that its route needs, among its own.',
    belongsTo: 'api',
  },
  {
    names: ['roles'],
    means: 'What the person themselves may do at this API, beyond their own things.',
    checkedBy: 'Downstream, together with the scope: effective permission is both.',
    belongsTo: 'api',
  },
  {
    names: ['oid'],
    means: 'Who: the person’s object id in this tenant.',
    checkedBy: 'Both, with tid: the only key by which a person is known.',
  },
  {
    names: ['tid'],
    means: 'The organisation the person signed in to.',
    checkedBy: 'Both, against their list of tenants, and as part of every key in the store.',
  },
  {
    names: ['iss'],
    means: 'Who issued the token.',
    checkedBy: 'Both, letter by letter against the tenant’s metadata.',
  },
  {
    names: ['acrs'],
    means: 'The extra checks that this sign-in has passed.',
    checkedBy: 'Downstream, before it deletes.',
  },
  {
    names: ['ver'],
    means: 'The token’s version; the API it is for decides.',
    checkedBy: 'Both: it decides which metadata and names apply.',
  },
  {
    names: ['iat'],
    means: 'When it was issued.',
    checkedBy: 'Both: not in the future.',
    belongsTo: 'token',
  },
  { names: ['exp'], means: 'When it ends.', checkedBy: 'Both, at every call.', belongsTo: 'token' },
];
