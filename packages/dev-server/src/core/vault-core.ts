import { randomBytes, randomUUID } from 'node:crypto';
import { Cubbyholes } from '../cubbyhole/cubbyholes.js';
import { EntityStore } from '../identity/entity-store.js';
import { GroupStore } from '../identity/group-store.js';
import { LeaseStore } from '../leases/lease-store.js';
import { type MountEntry, SYSTEM_TTL } from '../mounts/mount-entry.js';
import { MountTable } from '../mounts/mount-table.js';
import type { Acl } from '../policies/acl.js';
import { PasswordPolicies } from '../policies/password-policies.js';
import { PolicyStore } from '../policies/policy-store.js';
import { RateLimiter } from '../quotas/rate-limiter.js';
import { Seal } from '../seal/seal.js';
import { collection, type StateTree, Storage } from '../state/storage.js';
import { initialRootToken, rootToken } from '../tokens/root-token.js';
import type { TokenEntry } from '../tokens/token-entry.js';
import { TokenStore } from '../tokens/token-store.js';
import { backendFactory } from './backend-factory.js';
import type { HighAvailability } from './high-availability.js';
import { Revocation } from './revocation.js';
import { addStandardMounts } from './standard-mounts.js';

interface Cluster {
  readonly name: string;
  readonly id: string;
}

const CLUSTER = collection<Cluster>('cluster');

/** The server without HTTP: state, the parts that work on it, and what they share. */
export class VaultCore {
  readonly storage: Storage;
  readonly mounts: MountTable;
  readonly leases: LeaseStore;
  readonly tokens: TokenStore;
  readonly policies: PolicyStore;
  readonly passwordPolicies: PasswordPolicies;
  readonly entities: EntityStore;
  readonly groups: GroupStore;
  readonly cubbyholes: Cubbyholes;
  readonly revocation: Revocation;
  readonly rateLimiter: RateLimiter;
  readonly cluster: Cluster;
  readonly seal: Seal;
  /** Undefined for a server that stands alone. */
  ha: HighAvailability | undefined;

  /** @param devToken the root token of a server in dev mode; without it the server has to be initialised */
  constructor(
    tree: StateTree,
    readonly now: () => number,
    devToken?: string,
  ) {
    const storage = new Storage(tree, 'core/');
    this.storage = storage;
    const clusters = storage.records(CLUSTER);
    this.cluster = clusters.get('') ?? {
      name: `vault-cluster-${randomBytes(4).toString('hex')}`,
      id: randomUUID(),
    };
    clusters.set('', this.cluster);
    this.leases = new LeaseStore(storage);
    this.tokens = new TokenStore(storage, this.leases, now);
    this.policies = new PolicyStore(storage);
    this.passwordPolicies = new PasswordPolicies(storage);
    this.entities = new EntityStore(storage, now);
    this.groups = new GroupStore(storage, now);
    this.cubbyholes = new Cubbyholes(storage);
    this.revocation = new Revocation(this);
    this.rateLimiter = new RateLimiter(storage, now);
    this.mounts = new MountTable(storage, backendFactory(this));
    this.mounts.start();
    this.seal = new Seal(storage);
    if (devToken !== undefined) this.startForDevelopment(devToken);
  }

  private startForDevelopment(token: string): void {
    if (!this.seal.initialised) {
      this.seal.initialiseForDevelopment();
      addStandardMounts(this.mounts, { kv: true });
    }
    if (this.tokens.find(token) === undefined) this.tokens.add(rootToken(token));
  }

  get sealed(): boolean {
    return this.seal.sealed;
  }

  get initialised(): boolean {
    return this.seal.initialised;
  }

  /** A server in dev mode answers at `/ui/`. */
  get hasUi(): boolean {
    return this.seal.devKey !== undefined;
  }

  /** Initialises the server. It stays sealed. @throws SealError */
  initialise(
    shares: number,
    threshold: number,
  ): { readonly keys: readonly Buffer[]; readonly rootToken: string } {
    const keys = this.seal.initialise(shares, threshold);
    addStandardMounts(this.mounts, { kv: false });
    return { keys, rootToken: this.tokens.add(initialRootToken()).id };
  }

  /** The policies of whom a token stands for, and of the groups of that entity. */
  identityPolicies(entityId: string): string[] {
    const entity = this.entities.current(entityId);
    return entity === undefined ? [] : [...entity.policies, ...this.groups.policiesOf(entity.id)];
  }

  /** What a token may do. */
  aclOf(token: TokenEntry): Acl {
    const entity = this.entities.current(token.entityId);
    const names = [...token.policies, ...this.identityPolicies(token.entityId)];
    const { direct, inherited } = this.groups.ofEntity(entity?.id ?? '');
    return this.policies.acl(names, entity, [...direct, ...inherited]);
  }

  /** The TTLs of a mount in seconds: its own, else the server's. */
  ttlsOf(entry: MountEntry | undefined): { readonly systemDefault: number; readonly systemMax: number } {
    return {
      systemDefault: entry?.config.defaultLeaseTtl || SYSTEM_TTL,
      systemMax: entry?.config.maxLeaseTtl || SYSTEM_TTL,
    };
  }
}
