import type { Binding } from '@strongroom/core';
import pg from 'pg';
import type { PakeResolver, PakeSettings } from './definition.js';

/** The PostgreSQL database: a pool that follows DATABASE_URL when its password is rotated. */
export class Database {
  readonly #pool: Binding<pg.Pool>;

  private constructor(pool: Binding<pg.Pool>) {
    this.#pool = pool;
  }

  /** Connects to nothing yet: an application may start before its database does. */
  static async follow(settings: PakeResolver): Promise<Database> {
    const connect = ({ DATABASE_URL }: Pick<PakeSettings, 'DATABASE_URL'>) => {
      const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4, connectionTimeoutMillis: 2_000 });
      // A session that the server ends while nobody uses it is opened anew at the next use.
      pool.on('error', () => {});
      return pool;
    };
    return new Database(await settings.bind(['DATABASE_URL'], connect, { dispose: (pool) => pool.end() }));
  }

  /** Whether the database answers. Says no more: its errors may name the host, the user or the database. */
  async answers(): Promise<boolean> {
    try {
      await this.#pool.use((pool) => pool.query('select 1'));
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
