/**
 * Starts the clocks of a program's work.
 *
 * @returns {() => { workMs: number, cpuMs: number }} stops them; `cpuMs` is the processor time of the whole process
 *   meanwhile, which says less of whoever else uses the machine
 */
export function stopwatch() {
  const began = performance.now();
  const before = process.cpuUsage();
  return () => {
    const workMs = performance.now() - began;
    const { user, system } = process.cpuUsage(before);
    return { workMs, cpuMs: (user + system) / 1000 };
  };
}
