import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for a test, gone when it is disposed. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async with(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Folder> {
    const folder = new Folder(await realpath(await mkdtemp(join(tmpdir(), 'strongroom-audit-'))));
    await folder.write(files);
    return folder;
  }

  async write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
      const path = join(this.path, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }

  /** Runs git in it, with no settings but these. */
  git(...args: readonly string[]): string {
    return execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@shop.example', ...args], {
      cwd: this.path,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], HOME: this.path, GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();
  }

  /** Adds everything and commits it. */
  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
