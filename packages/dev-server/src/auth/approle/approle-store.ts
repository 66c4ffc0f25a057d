import type { Storage } from '../../state/storage.js';
import { APP_ROLES, type AppRole, SECRET_IDS, type SecretId } from './approle-record.js';

const keyOf = (roleName: string, secretId: string): string => `${roleName}\n${secretId}`;

/** The roles and secret ids of one mount. Names do not care for case. */
export class AppRoleStore {
  readonly #roles: Map<string, AppRole>;
  readonly #secretIds: Map<string, SecretId>;

  constructor(
    storage: Storage,
    readonly now: () => number,
    /** Seconds that a secret id lives at most. */
    readonly maxTtl: number,
  ) {
    this.#roles = storage.records(APP_ROLES);
    this.#secretIds = storage.records(SECRET_IDS);
  }

  role(name: string): AppRole | undefined {
    return this.#roles.get(name.toLowerCase());
  }

  roleById(roleId: string): AppRole | undefined {
    return [...this.#roles.values()].find((role) => role.roleId === roleId);
  }

  roleNames(): string[] {
    return [...this.#roles.keys()];
  }

  putRole(role: AppRole): void {
    this.#roles.set(role.name, role);
  }

  removeRole(name: string): void {
    const lower = name.toLowerCase();
    this.#roles.delete(lower);
    for (const secretId of this.secretIdsOf(lower)) this.removeSecretId(secretId);
  }

  /** A secret id that has not expired. */
  secretId(roleName: string, id: string): SecretId | undefined {
    const found = this.#secretIds.get(keyOf(roleName, id));
    if (found?.expirationTime === undefined || found.expirationTime > this.now()) return found;
    this.removeSecretId(found);
    return undefined;
  }

  secretIdByAccessor(roleName: string, accessor: string): SecretId | undefined {
    const found = this.secretIdsOf(roleName).find((secretId) => secretId.accessor === accessor);
    return found && this.secretId(roleName, found.secretId);
  }

  secretIdsOf(roleName: string): SecretId[] {
    return [...this.#secretIds.values()].filter((secretId) => secretId.roleName === roleName);
  }

  putSecretId(secretId: SecretId): void {
    this.#secretIds.set(keyOf(secretId.roleName, secretId.secretId), secretId);
  }

  removeSecretId(secretId: SecretId): void {
    this.#secretIds.delete(keyOf(secretId.roleName, secretId.secretId));
  }
}
