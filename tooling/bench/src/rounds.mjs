import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs programs in fresh processes, taking turns within each round in rotated order, so that a machine that
 * slows down slows them all.
 *
 * @param {{ name: string, program: string, env?: Record<string, string> }[]} arms
 * @returns {Promise<{ name: string, samples: { wallMs: number, workMs: number, cpuMs: number }[] }[]>}
 *   `workMs` is what the program says that its work took, `cpuMs` of that its processor time, `wallMs` the whole process
 */
export async function runRounds(arms, rounds) {
  const results = arms.map(({ name }) => ({ name, samples: [] }));
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < arms.length; turn++) {
      const index = (turn + Math.max(round, 0)) % arms.length;
      const sample = await runProgram(arms[index]);
      // The round before the first warms the file cache.
      if (round >= 0) results[index].samples.push(sample);
    }
    process.stderr.write(`\rround ${round + 1} of ${rounds}`);
  }
  process.stderr.write('\n');
  return results;
}

function runProgram({ name, program, env = {} }) {
  const file = fileURLToPath(new URL(`programs/${program}.mjs`, import.meta.url));
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      const wallMs = performance.now() - began;
      if (status !== 0) reject(new Error(`${name} ended with ${status}`));
      else resolve({ wallMs, ...(output === '' ? {} : JSON.parse(output)) });
    });
  });
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The median of the ratios taken within each round. */
export const medianRatio = (ours, theirs) => median(ours.map((value, round) => value / theirs[round]));

/** Prints a table of medians, each with its ratio to the named reference of the same run. */
export function report(title, results, figure, reference) {
  const base = results.find(({ name }) => name === reference).samples.map(figure);
  process.stdout.write(`\n${title}\n`);
  for (const { name, samples } of results) {
    const values = samples.map(figure);
    const ratio = medianRatio(values, base).toFixed(2);
    process.stdout.write(
      `  ${name.padEnd(44)} ${median(values).toFixed(1).padStart(8)} ms   ratio ${ratio}\n`,
    );
  }
}
