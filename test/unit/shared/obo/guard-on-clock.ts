import type { TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { createTokenEndpointGuard } from '../../../../shared/obo/token-endpoint-guard.ts';

/** A gate by a clock of the test's own, and how often it let somebody ask. */
export function openGuard() {
  let now = Date.UTC(2026, 10, 22);
  let asked = 0;
  const gate = createTokenEndpointGuard(() => now);
  return {
    asked: () => asked,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** What came of it: `ok`, the seconds after which to come back, or that it was refused. */
    run: (user: string, work: () => Promise<unknown> = async () => 'ok') =>
      gate(user, () => {
        asked += 1;
        return work();
      }).catch((error: TokenEndpointRefusal) => error.refusal.retryAfter ?? 'refused'),
  };
}
