import { CommandError } from './command-error.js';
import type { CommonOptions } from './common-options.js';
import { exitCodes } from './exit-code.js';
import { Session } from './session.js';
import { reportFailure } from './terminal/failure-report.js';
import type { Io } from './terminal/io.js';

/** Runs the work of a verb: gives it a session, closes what it opened, and tells what went wrong. */
export class Host {
  readonly io: Io;
  exitCode: number = exitCodes.done;

  constructor(io: Io) {
    this.io = io;
  }

  /** @param work gives the exit code, or throws */
  async run(options: CommonOptions, work: (session: Session) => Promise<number>): Promise<void> {
    const controller = new AbortController();
    // A second one finds no listener, and ends the process as it always does.
    const off = this.io.onSignal('SIGINT', () => {
      off();
      controller.abort(interrupted());
      void session.close();
    });
    const session = new Session(this.io, options, controller.signal, off);
    try {
      this.exitCode = await work(session);
      // What goes on after a failure took the interrupt for one.
      controller.signal.throwIfAborted();
    } catch (error) {
      // What fails then fails because of that.
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      this.exitCode = reportFailure(cause, session.output, session.debug);
    } finally {
      off();
      await session.close();
    }
  }
}

const interrupted = () =>
  new CommandError(exitCodes.interrupted, 'Interrupted.', {
    remedy: 'Run it again: it goes on where this one ended.',
  });
