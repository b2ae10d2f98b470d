const tick = 20;

/** Milliseconds from now to the reading, without those for which a busy machine did not let this process run: what a deadline is measured by. */
export function startStopwatch(): () => number {
  const began = performance.now();
  let last = began;
  let stalled = 0;
  const timer = setInterval(() => {
    const late = performance.now() - last - tick;
    if (late > tick) stalled += late;
    last = performance.now();
  }, tick);
  return () => {
    clearInterval(timer);
    return performance.now() - began - stalled;
  };
}
