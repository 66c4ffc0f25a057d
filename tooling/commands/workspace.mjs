// Runs before anything is installed, so it needs nothing but Node.js itself.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const terminal = process.stdout.isTTY === true;
const coloured = terminal && !process.env.NO_COLOR;

const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);
export const bold = paint(1);

/** The command that runs pnpm: the one on PATH when it is of the right major version, otherwise through npx. */
export function pnpm() {
  const wanted = packageManager.split('@')[1];
  const found = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8' });
  const same = found.status === 0 && found.stdout.trim().split('.')[0] === wanted.split('.')[0];
  return same ? ['pnpm'] : ['npx', '--yes', `pnpm@${wanted}`];
}

/**
 * Runs a command as one step: one line while it runs, one when it is done; what it printed only when it failed.
 *
 * @returns {Promise<{ ok: boolean, output: string, seconds: number }>}
 */
export async function step(title, command, { show = false } = {}) {
  const began = performance.now();
  const spinner = show ? undefined : startSpinner(title);
  const { status, output } = await run(command, show);
  const seconds = (performance.now() - began) / 1000;
  const ok = status === 0;
  spinner?.stop();
  process.stdout.write(`${ok ? green('✓') : red('✗')} ${title} ${dim(`${seconds.toFixed(1)} s`)}\n`);
  if (!ok && !show) process.stdout.write(`${dim(`$ ${command.join(' ')}`)}\n${output.trimEnd()}\n`);
  return { ok, output, seconds };
}

/** Installs what the lockfile says, by pnpm, whether or not it is on this machine. */
export async function install() {
  const { ok } = await step('install', [...pnpm(), 'install', '--frozen-lockfile', '--prefer-offline']);
  if (!ok) process.exit(1);
}

/** A command of the workspace's own tools, such as turbo or biome. */
export const tool = (...args) => [...pnpm(), 'exec', ...args];

function run([command, ...args], show) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      env: {
        ...process.env,
        DO_NOT_TRACK: '1',
        TURBO_TELEMETRY_DISABLED: '1',
        ...(coloured && show ? { FORCE_COLOR: '1' } : {}),
        // Without a terminal pnpm asks nothing, and removes what it must.
        CI: process.env.CI ?? 'true',
      },
    });
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ status: 1, output: String(error.message) }));
    child.on('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** On a terminal a line that moves; elsewhere one plain line, so that a log shows what is going on. */
function startSpinner(title) {
  if (!terminal) {
    process.stdout.write(`… ${title}\n`);
    return { stop: () => undefined };
  }
  const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
  let frame = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(`\r${frames[frame++ % frames.length]} ${title} ${seconds} s `);
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      process.stdout.write('\r\u001b[2K');
    },
  };
}
