import type { VaultCore } from '../core/vault-core.js';
import { quote } from '../go/format-value.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { withoutRepeats } from '../policies/sanitize-policies.js';
import type { Group } from './group.js';
import { checkMetadata } from './identity-metadata.js';

const FIELDS = {
  id: 'string',
  name: 'string',
  type: 'string',
  metadata: 'pairs',
  policies: 'commaStrings',
  member_group_ids: 'commaStrings',
  member_entity_ids: 'commaStrings',
} as const;

type GroupFields = Fields<typeof FIELDS>;

function view(core: VaultCore, group: Group | undefined): LogicalResponse | undefined {
  if (group === undefined) return undefined;
  const members = core.groups.membersOf(group.id).map(({ id }) => id);
  return {
    data: {
      alias: {},
      creation_time: formatTime(group.creationTime),
      id: group.id,
      last_update_time: formatTime(group.lastUpdateTime),
      member_entity_ids: group.memberEntityIds,
      member_group_ids: members.length > 0 ? members : null,
      metadata: group.metadata,
      modify_index: group.modifyIndex,
      name: group.name,
      namespace_id: 'root',
      parent_group_ids: group.parentGroupIds.length > 0 ? group.parentGroupIds : null,
      policies: group.policies,
      type: group.type,
    },
  };
}

function list(core: VaultCore, nameOf: (group: Group) => string): LogicalResponse {
  const groups = core.groups.all();
  if (groups.length === 0) return { data: {} };
  const about = (group: Group): JsonValue => ({
    name: group.name,
    num_member_entities: group.memberEntityIds.length,
    num_parent_groups: group.parentGroupIds.length,
  });
  const info = new Map(groups.map((group): [string, JsonValue] => [group.id, about(group)]));
  return { data: { key_info: info, keys: groups.map(nameOf) } };
}

function typeOf(known: Group | undefined, fields: GroupFields): string {
  const type = fields.get('type');
  if (known !== undefined && type !== undefined && type !== known.type) {
    throw refusal('group type cannot be changed');
  }
  const wanted = type || known?.type || 'internal';
  if (wanted !== 'internal' && wanted !== 'external') throw refusal(`invalid group type ${quote(wanted)}`);
  return wanted;
}

/** The settings of a group after a request; who is in it is not looked at yet. */
function changed(core: VaultCore, known: Group | undefined, fields: GroupFields): Group {
  const base = known ?? core.groups.newGroup();
  const given = fields.get('policies');
  const policies = given === undefined ? base.policies : withoutRepeats(given);
  if (policies?.some((name) => name.toLowerCase() === 'root')) throw refusal('policies cannot contain root');
  const type = typeOf(known, fields);
  const name = fields.get('name') ?? '';
  const named = name === '' ? undefined : core.groups.findByName(name);
  if (named !== undefined && named.id !== base.id) throw refusal('group name is already in use');
  if (type === 'external' && fields.has('member_entity_ids')) {
    throw refusal("member entities can't be set manually for external groups");
  }
  if (type === 'external' && fields.has('member_group_ids')) {
    throw refusal("member groups can't be set for external groups");
  }
  return {
    ...base,
    type,
    policies,
    name: name || base.name,
    metadata: fields.get('metadata') ?? base.metadata,
    memberEntityIds: withoutRepeats(fields.get('member_entity_ids') ?? base.memberEntityIds),
    lastUpdateTime: core.now(),
  };
}

/** A group that may become a member. @throws LogicalFault */
function memberOf(core: VaultCore, group: Group, id: string): Group {
  const member = core.groups.get(id);
  if (member === undefined) throw failure(`invalid member group ID ${quote(id)}`);
  if (member.parentGroupIds.includes(group.id)) return member;
  if (id === group.id) throw failure(`member group ID ${quote(id)} is same as the ID of the group`);
  if (core.groups.isWithin(group.id, id)) {
    throw failure(`cyclic relationship detected for member group ID ${quote(id)}`);
  }
  return member;
}

/** Makes a group or changes one. Groups that are not named as members are none any more. @throws LogicalFault */
function write(core: VaultCore, known: Group | undefined, fields: GroupFields): LogicalResponse | undefined {
  const group = changed(core, known, fields);
  checkMetadata('group', group.metadata ?? new Map());
  for (const id of group.memberEntityIds) {
    if (core.entities.get(id) === undefined) throw failure(`invalid entity ID ${quote(id)}`);
  }
  const { groups } = core;
  const members = withoutRepeats(fields.get('member_group_ids') ?? []).map((id) => memberOf(core, group, id));
  const isMember = (id: string): boolean => members.some((member) => member.id === id);
  for (const old of groups.membersOf(group.id)) {
    if (isMember(old.id)) continue;
    groups.put({ ...old, parentGroupIds: old.parentGroupIds.filter((id) => id !== group.id) });
  }
  for (const member of members) {
    if (member.parentGroupIds.includes(group.id)) continue;
    groups.put({ ...member, parentGroupIds: [...member.parentGroupIds, group.id] });
  }
  groups.put(group);
  return known === undefined ? { data: { id: group.id, name: group.name } } : undefined;
}

/** `group` and `lookup/group`. */
export const groupPaths = (core: VaultCore): readonly BackendPath[] => {
  const { groups } = core;
  const byId = (fields: GroupFields): Group | undefined => groups.get(fields.get('id') ?? '');
  const byName = (fields: GroupFields): Group | undefined => groups.findByName(fields.get('name') ?? '');
  const remove = (group: Group | undefined): undefined => {
    if (group !== undefined) groups.remove(group.id);
    return undefined;
  };
  const change = (fields: GroupFields): LogicalResponse | undefined => {
    if (fields.get('id') === '') throw refusal('empty group ID');
    const known = byId(fields);
    if (known === undefined) throw refusal('invalid group ID');
    return write(core, known, fields);
  };
  const make = (fields: GroupFields): LogicalResponse | undefined => {
    if (fields.has('id')) return change(fields);
    if (fields.get('name') === '') throw refusal('empty group name');
    return write(core, byName(fields), fields);
  };
  return [
    definePath({ pattern: /^group$/, fields: FIELDS, operations: { update: ({ fields }) => make(fields) } }),
    definePath({
      pattern: /^group\/id\/(?<id>\w(?:[\w.-]*\w)?)$/,
      fields: FIELDS,
      operations: {
        read: ({ fields }) => view(core, byId(fields)),
        update: ({ fields }) => change(fields),
        delete: ({ fields }) => remove(byId(fields)),
      },
    }),
    definePath({
      pattern: /^group\/id\/?$/,
      fields: {},
      operations: { list: () => list(core, ({ id }) => id) },
    }),
    definePath({
      pattern: /^group\/name\/(?<name>.+)$/,
      fields: FIELDS,
      operations: {
        read: ({ fields }) => view(core, byName(fields)),
        update: ({ fields }) => write(core, byName(fields), fields),
        delete: ({ fields }) => remove(byName(fields)),
      },
    }),
    definePath({
      pattern: /^group\/name\/?$/,
      fields: {},
      operations: { list: () => list(core, ({ name }) => name) },
    }),
  ];
};

/** A group as `lookup/group` shows it, found by its id or its name; no group has an alias. */
export const groupLookedUp = (core: VaultCore, id: string, name: string): LogicalResponse | undefined =>
  view(core, id === '' ? core.groups.findByName(name) : core.groups.get(id));
