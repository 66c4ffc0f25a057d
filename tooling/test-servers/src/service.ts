import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const startDeadlineMs = 30_000;

/** A server process on a port of loopback, which keeps its port and its data from one start to the next. */
export interface TestService {
  readonly port: number;
  /** Where clients find it, with the credentials of its administrator where it has any. */
  readonly url: string;
  /** Starts it again after {@link stop} or {@link kill}. */
  start(): Promise<void>;
  /** Ends it as an administrator would. */
  stop(): Promise<void>;
  /** Ends it without a word: SIGKILL. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** How a service's process is run. */
export interface ServiceRun {
  readonly command: string;
  readonly args: readonly string[];
  /** As whom; the user of this process by default. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: NodeJS.Signals;
  /** Its temporary folder. */
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  /** Whether it answers. */
  readonly ready: () => Promise<boolean>;
}

/** Starts a service; nothing is left behind when it does not come up. */
export async function startService(run: ServiceRun): Promise<TestService> {
  let child: ChildProcess | undefined;
  // A test that dies must not leave the server behind.
  const killOnExit = () => void child?.kill('SIGKILL');
  process.on('exit', killOnExit);

  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = undefined;
    if (ending === undefined || !runs(ending)) return;
    ending.kill(signal);
    await once(ending, 'exit');
  };
  const service: TestService = {
    port: run.port,
    url: run.url,
    async start() {
      if (child !== undefined && runs(child)) throw new Error(`${run.command} already runs`);
      const deadline = Date.now() + startDeadlineMs;
      let last = '';
      while (Date.now() < deadline) {
        const started = spawn(run.command, run.args, {
          cwd: run.folder,
          env: { PATH: process.env['PATH'], LC_ALL: 'C' },
          stdio: ['ignore', 'pipe', 'pipe'],
          ...run.user,
        });
        child = started;
        const hear = (chunk: Buffer) => {
          last = `${last}${chunk}`.slice(-2_000);
        };
        started.stdout.on('data', hear);
        started.stderr.on('data', hear);
        started.once('error', (error) => hear(Buffer.from(error.message)));
        while (runs(started) && Date.now() < deadline) {
          if (await run.ready()) return;
          await delay(20);
        }
        await end('SIGKILL');
        // After SIGKILL the helpers of the one before may still hold its data for a moment.
        await delay(100);
      }
      throw new Error(`${run.command} was not ready within ${startDeadlineMs / 1000} s. It said:\n${last}`);
    },
    stop: () => end(run.stopSignal),
    kill: () => end('SIGKILL'),
    async close() {
      await end(run.stopSignal);
      process.off('exit', killOnExit);
      await rm(run.folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  try {
    await service.start();
    return service;
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** Whether a server on loopback greets, or answers what is sent, with a text that begins like this. */
export async function answers(port: number, sent: string, expected: string): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
  try {
    if (sent !== '') socket.write(sent);
    const [chunk]: Buffer[] = await once(socket, 'data');
    return chunk?.toString().startsWith(expected) ?? false;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const runs = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;
