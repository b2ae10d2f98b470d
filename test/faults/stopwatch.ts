const tick = 20;

/**
 * Starts a stopwatch for deadlines. The returned function returns the elapsed milliseconds, without
 * the time during which a busy machine suspended this process.
 */
export function startStopwatch(): () => number {
  const start = performance.now();
  let lastTick = start;
  let suspended = 0;
  const timer = setInterval(() => {
    const delay = performance.now() - lastTick - tick;
    if (delay > tick) suspended += delay;
    lastTick = performance.now();
  }, tick);
  return () => {
    clearInterval(timer);
    return performance.now() - start - suspended;
  };
}
