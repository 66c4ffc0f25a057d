/**
 * Keeps the process alive for somebody who waits: a clock's timers let it exit, and what is waited for need not have
 * anything open. The program would end there, silently, as if all were done.
 *
 * @returns a function that lets go
 */
export function holdProcess(): () => void {
  const hold = setInterval(() => undefined, 0x7fffffff);
  return () => clearInterval(hold);
}
