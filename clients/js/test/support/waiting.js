// Waiting for conditions. No test sleeps for a time in the hope that something
// has happened by then; each says what it waits for.

/// How long anything may take before the test fails; generous, since sanitizers
/// and a busy machine slow all down.
export const PATIENCE_MS = 60_000;
const POLL_MS = 5;

/// The first true value of condition(), or an error that says `what`.
export async function until(what, condition) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}
