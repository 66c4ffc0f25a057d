/**
 * Tells the application something. A listener or a logger that throws has a fault of its own: it surfaces as an
 * uncaught exception, as from any event target of Node, and does not pass for a failed load.
 */
export function undisturbed(tell: () => void): void {
  try {
    tell();
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}
