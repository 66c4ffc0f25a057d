import { collection } from '../state/storage.js';

/** An audit device. Its lines are not written: only its settings and its hashes are there. */
export interface AuditDevice {
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly local: boolean;
  readonly options: ReadonlyMap<string, string>;
  /** Key of its hashes. */
  readonly salt: string;
}

export const AUDIT_DEVICES = collection<AuditDevice>('audit-devices');
