/** Tells a listener. One that throws has a fault of its own, which must not pass for one of ours. */
export function undisturbed(tell: () => void): void {
  try {
    tell();
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown;
    });
  }
}
