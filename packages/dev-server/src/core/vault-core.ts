import { randomBytes, randomUUID } from 'node:crypto';
import { MountTable } from '../mounts/mount-table.js';
import { collection, type StateTree, Storage } from '../state/storage.js';
import { TokenStore } from '../tokens/token-store.js';
import { backendFactory } from './backend-factory.js';
import { addStandardMounts } from './standard-mounts.js';

interface Cluster {
  readonly name: string;
  readonly id: string;
}

const CLUSTER = collection<Cluster>('cluster');

/** The server without HTTP: state, the parts that work on it, and what they share. */
export class VaultCore {
  readonly mounts: MountTable;
  readonly tokens: TokenStore;
  readonly cluster: Cluster;
  sealed = false;
  initialised = true;
  /** A server in dev mode answers at `/ui/`. */
  hasUi = true;

  constructor(
    tree: StateTree,
    readonly now: () => number,
    rootToken: string,
  ) {
    const storage = new Storage(tree, 'core/');
    const clusters = storage.records(CLUSTER);
    const known = clusters.get('');
    this.cluster = known ?? { name: `vault-cluster-${randomBytes(4).toString('hex')}`, id: randomUUID() };
    clusters.set('', this.cluster);
    this.tokens = new TokenStore(storage, now);
    this.mounts = new MountTable(storage, backendFactory(this));
    this.mounts.start();
    if (known === undefined) addStandardMounts(this.mounts, { kv: true });
    if (this.tokens.find(rootToken) === undefined) this.tokens.addRoot(rootToken);
  }
}
