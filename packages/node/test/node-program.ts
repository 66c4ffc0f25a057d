import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where programs of the tests find the packages. */
export const packageFolder: string = fileURLToPath(new URL('..', import.meta.url));

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of a test, under way. */
export interface NodeProgram {
  readonly child: ChildProcess;
  /** Waits until it has printed this, and gives all that it has printed. */
  printed(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Every program that is under way, so that a test that fails leaves none behind. */
const underWay = new Set<ChildProcess>();

/** Ends what a test left behind. */
export function endPrograms(): void {
  for (const child of underWay) child.kill('SIGKILL');
}

/** Runs Node.js, or another command, with these arguments and nothing in its environment but what is given. */
export function runNode(
  args: readonly string[],
  { command = process.execPath, ...options }: SpawnOptions & { readonly command?: string } = {},
): NodeProgram {
  const child = spawn(command, args, {
    cwd: packageFolder,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  underWay.add(child);
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      underWay.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  const printed = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (!stdout.includes(text)) return;
        waiting.delete(look);
        resolve(stdout);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without ${text}: ${stdout}${stderr}`)), reject);
    });
  return { child, printed, ended };
}

/** The arguments for a program that is given as text. */
export const inline = (source: string): readonly string[] => ['--input-type=module', '--eval', source];
