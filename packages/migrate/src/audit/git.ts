import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SourceError } from '@strongroom/core';

// What a repository's own settings could run or fetch is turned off: looking into a foreign one must be safe.
const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'protocol.allow=never'];

/** A git that runs: no shell, no prompt, no network. */
export interface Git {
  readonly input: Writable;
  readonly output: Readable;
  /**
   * Waits for its end.
   *
   * @throws SourceError `SOURCE_UNAVAILABLE` when there is no git, or it failed; `SOURCE_DENIED` when it does not trust
   * the folder, which belongs to somebody else
   */
  finished(): Promise<void>;
}

/** Starts git in a folder. */
export function startGit(root: string, args: readonly string[], signal: AbortSignal | undefined): Git {
  const child = spawn('git', ['--no-optional-locks', ...settings.flatMap((each) => ['-c', each]), ...args], {
    cwd: root,
    env: {
      ...withoutGit(process.env),
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_NO_LAZY_FETCH: '1',
      LC_ALL: 'C',
    },
    windowsHide: true,
    ...(signal === undefined ? {} : { signal }),
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 2000);
  });
  // It may end before all input is written; finished() tells of that.
  child.stdin.on('error', () => undefined);
  const end = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(signal?.aborted === true ? signal.reason : cannotRun(error)));
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(signal?.aborted === true ? signal.reason : failed(args, root, complaint));
    });
  });
  // Whoever reads the output sees that it ends, and only then asks how.
  end.catch(() => undefined);
  return { input: child.stdin, output: child.stdout, finished: () => end };
}

/** Whether a folder lies in a git repository's working tree. */
export async function isInRepository(root: string, signal: AbortSignal | undefined): Promise<boolean> {
  const git = startGit(root, ['rev-parse', '--is-inside-work-tree'], signal);
  const chunks: Buffer[] = [];
  for await (const chunk of git.output) chunks.push(chunk);
  try {
    await git.finished();
  } catch (error) {
    if (error instanceof NoRepository) return false;
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8').trim() === 'true';
}

/** There is no git, or no repository: a folder is looked into all the same, its history is not. */
export class NoRepository extends SourceError {}

function cannotRun(cause: Error): SourceError {
  const hint = 'Install git, or look into the folder without its history.';
  return new NoRepository('SOURCE_UNAVAILABLE', 'git cannot be run', { cause, locator: 'git', hint });
}

function failed(args: readonly string[], root: string, complaint: string): SourceError {
  const options = { locator: root };
  if (complaint.includes('not a git repository')) {
    const hint = 'Name a folder of a repository, or look into it without history.';
    return new NoRepository('SOURCE_UNAVAILABLE', `${root} is in no git repository`, { ...options, hint });
  }
  if (complaint.includes('dubious ownership')) {
    const hint = 'Run it as the owner, or add the folder to git’s safe.directory.';
    return new SourceError('SOURCE_DENIED', `git does not trust ${root}: it belongs to another user`, {
      ...options,
      hint,
    });
  }
  return new SourceError('SOURCE_UNAVAILABLE', `git ${args[0]} failed in ${root}`, {
    ...options,
    hint: `Run git ${args[0]} there by hand, and git fsck, to see why.`,
  });
}

// Under a hook, GIT_DIR, GIT_INDEX_FILE and the like point git at another repository than the folder that was named.
const withoutGit = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !/^GIT_(?!EXEC_PATH)/.test(name)));
