// Reads without a cache, warm, so many at a time, for a while; prints what that came to.
import { clients } from './clients.mjs';

const { CLIENT, VAULT_ADDR, CONCURRENCY, SECONDS } = process.env;
const read = await clients[CLIENT](VAULT_ADDR, 'bench');
const first = await read('bench/path0');
if (first.key3 !== 'value-3') throw new Error(`${CLIENT} read something else`);

// Until the compiler is done with it, which takes longer for more code and on a busy machine.
await readFor(1.5);
const cpu = process.cpuUsage();
const { times, seconds } = await readFor(Number(SECONDS));
const { user, system } = process.cpuUsage(cpu);
times.sort((a, b) => a - b);
const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
process.stdout.write(
  JSON.stringify({
    readsPerSecond: times.length / seconds,
    cpuMicroseconds: (user + system) / times.length,
    p50: at(0.5),
    p99: at(0.99),
  }),
);
process.exit(0);

async function readFor(seconds) {
  const times = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  let next = 0;
  const worker = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      await read(`bench/path${next++ % 250}`);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: Number(CONCURRENCY) }, worker));
  return { times, seconds: (performance.now() - began) / 1000 };
}
