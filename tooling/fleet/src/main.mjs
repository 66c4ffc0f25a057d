// `pnpm fleet`: requests a second at one Vault, for fleets of several sizes. docs/fleets.md has what it prints.
import { coldStart, marked, outage, polling, randomFrom, signalled } from './fleet.mjs';

const paths = 25;
const sizes = [10, 100, 1_000, 10_000, 100_000];
const minuteMs = 60_000;
const [quietFrom, end] = [60 * minuteMs, 120 * minuteMs];

const rows = [
  ['every path polled: mean', (n, random) => polling(n, paths, random).between(quietFrom, end).mean],
  ['every path polled: peak', (n, random) => polling(n, paths, random).between(quietFrom, end).peak],
  ['version marker: mean', (n, random) => marked(n, paths, random).between(quietFrom, end).mean],
  ['version marker: peak', (n, random) => marked(n, paths, random).between(quietFrom, end).peak],
  [
    '  … the 2 min after a rotation: peak',
    (n, random) => marked(n, paths, random, 90 * minuteMs).between(90 * minuteMs, 92 * minuteMs).peak,
  ],
  [
    'signal, polled every 15 min: mean',
    (n, random) => signalled(n, paths, random).between(quietFrom, end).mean,
  ],
  [
    'signal: peak, while a rotation is followed',
    (n, random) => signalled(n, paths, random).between(quietFrom, end).peak,
  ],
  [
    '  … with spreadMs: 60000',
    (n, random) => signalled(n, paths, random, minuteMs).between(quietFrom, end).peak,
  ],
  [
    '  … the polls after that: peak',
    (n, random) => signalled(n, paths, random).between(100 * minuteMs, 110 * minuteMs).peak,
  ],
  ['all start at once: first second', (n, random) => coldStart(n, paths, random).between(0, 1_000).peak],
  [
    '  … one interval later: peak',
    (n, random) => coldStart(n, paths, random).between(10_000, 2 * minuteMs).peak,
  ],
  [
    '  … the same if there were no jitter',
    (n, random) => coldStart(n, paths, random, 0, 0).between(10_000, 2 * minuteMs).peak,
  ],
  ['  … an hour later: peak', (n, random) => coldStart(n, paths, random).between(quietFrom, end).peak],
  [
    'all start within a minute: peak',
    (n, random) => coldStart(n, paths, random, minuteMs).between(0, minuteMs).peak,
  ],
  [
    '10 min outage, from 2 min on: peak of probes',
    (n, random) => outage(n, paths, random).between(12 * minuteMs, 20 * minuteMs).peak,
  ],
  [
    '  … the 2 min after it: peak',
    (n, random) => outage(n, paths, random).between(20 * minuteMs, 22 * minuteMs).peak,
  ],
];

const width = Math.max(...rows.map(([title]) => title.length));
const number = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));
const title = `| requests a second at Vault, ${paths} paths`;
process.stdout.write(`${title.padEnd(width + 2)} |`);
for (const size of sizes) process.stdout.write(` ${size.toLocaleString('en').padStart(9)} |`);
process.stdout.write(`\n| ${'-'.repeat(width)} |${` ${'-'.repeat(8)}: |`.repeat(sizes.length)}\n`);
for (const [what, measure] of rows) {
  process.stdout.write(`| ${what.padEnd(width)} |`);
  for (const size of sizes) process.stdout.write(` ${number(measure(size, randomFrom(size))).padStart(9)} |`);
  process.stdout.write('\n');
}
