import { sortedByBytes } from '../go/compare-bytes.js';
import { formatTime } from '../go/timestamp.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { randomName } from '../tokens/random-name.js';
import { NAME, type StaticRole } from './database-records.js';

const FIELDS = {
  name: 'string',
  db_name: 'string',
  username: 'string',
  rotation_period: 'duration',
  rotation_statements: 'strings',
} as const;

/** Vault looks for due rotations this often, and takes no shorter period. Seconds. */
const MIN_PERIOD = 5;

function changed(known: StaticRole | undefined, fields: Fields<typeof FIELDS>, now: number): StaticRole {
  const username = fields.get('username') ?? known?.username ?? '';
  if (username === '') throw refusal('username is a required field to create a static account');
  if (known !== undefined && username !== known.username) {
    throw refusal('cannot update static account username');
  }
  const rotationPeriod = fields.get('rotation_period') ?? known?.rotationPeriod;
  if (rotationPeriod === undefined) throw refusal('rotation_period is required to create static accounts');
  if (rotationPeriod < MIN_PERIOD) {
    throw refusal(`rotation_period must be ${MIN_PERIOD} seconds or more`);
  }
  const connection = fields.get('db_name') ?? known?.connection ?? '';
  if (connection === '') throw refusal('database name is a required field');
  return {
    connection,
    username,
    rotationPeriod,
    rotationStatements: fields.get('rotation_statements') ?? known?.rotationStatements ?? [],
    password: known?.password ?? randomName(20),
    lastRotation: known?.lastRotation ?? now,
  };
}

const rotate = (role: StaticRole, at: number): void => {
  role.password = randomName(20);
  role.lastRotation = at;
};

/** Does the rotations that became due; the last one counts. */
function rotateIfDue(role: StaticRole, now: number): void {
  const period = role.rotationPeriod * 1000;
  const missed = Math.floor((now - role.lastRotation) / period);
  if (missed > 0) rotate(role, role.lastRotation + missed * period);
}

/** `static-roles/NAME`, `static-creds/NAME` and `rotate-role/NAME`. */
export const staticRolePaths = (
  roles: Map<string, StaticRole>,
  now: () => number,
): readonly BackendPath[] => {
  const write = (fields: Fields<typeof FIELDS>): undefined => {
    const name = fields.get('name') ?? '';
    roles.set(name, changed(roles.get(name), fields, now()));
    return undefined;
  };
  const find = (name: string): StaticRole => {
    const role = roles.get(name);
    if (role === undefined) throw refusal(`unknown role: ${name}`);
    rotateIfDue(role, now());
    return role;
  };
  return [
    definePath({
      pattern: /^static-roles\/?$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(roles.keys())) },
    }),
    definePath({
      pattern: new RegExp(`^static-roles/${NAME}$`),
      fields: FIELDS,
      exists: ({ fields }) => roles.has(fields.get('name') ?? ''),
      operations: {
        read: ({ fields }) => {
          const role = roles.get(fields.get('name') ?? '');
          return (
            role && {
              data: {
                db_name: role.connection,
                last_vault_rotation: formatTime(role.lastRotation),
                rotation_period: role.rotationPeriod,
                rotation_statements: role.rotationStatements,
                username: role.username,
              },
            }
          );
        },
        create: ({ fields }) => write(fields),
        update: ({ fields }) => write(fields),
        delete: ({ fields }) => {
          roles.delete(fields.get('name') ?? '');
          return undefined;
        },
      },
    }),
    definePath({
      pattern: new RegExp(`^static-creds/${NAME}$`),
      fields: { name: 'string' },
      operations: {
        read: ({ fields }) => {
          const role = find(fields.get('name') ?? '');
          const next = role.lastRotation + role.rotationPeriod * 1000;
          return {
            data: {
              last_vault_rotation: formatTime(role.lastRotation),
              password: role.password,
              rotation_period: role.rotationPeriod,
              ttl: Math.ceil((next - now()) / 1000),
              username: role.username,
            },
          };
        },
      },
    }),
    definePath({
      pattern: new RegExp(`^rotate-role/${NAME}$`),
      fields: { name: 'string' },
      operations: {
        update: ({ fields }) => {
          rotate(find(fields.get('name') ?? ''), now());
          return undefined;
        },
      },
    }),
  ];
};
