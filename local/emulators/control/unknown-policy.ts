/** An unknown policy, value, user or fault. The message lists the known ones. */
export class UnknownPolicy extends Error {}
