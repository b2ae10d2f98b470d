import type { Answer } from './answer.ts';

/** Says that the process answers, and nothing else. */
export const answerHealth = async (): Promise<Answer> => ({ json: { status: 'ok' } });
