import type { JsonMap } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { decodeBool, decodeInt, decodeList, decodeString, decodeStringMap } from '../logical/weak-decode.js';
import { WeakStruct } from '../logical/weak-struct.js';

/** What a request to make a token says. */
export interface CreateRequest {
  readonly id: string;
  readonly policies: readonly string[];
  readonly meta: ReadonlyMap<string, string> | null;
  readonly noParent: boolean;
  readonly noDefaultPolicy: boolean;
  readonly lease: string;
  readonly ttl: string;
  readonly renewable: boolean;
  readonly explicitMaxTtl: string;
  readonly displayName: string;
  readonly numUses: number;
  readonly period: string;
  readonly type: string;
  readonly entityAlias: string;
}

/** @throws LogicalFault when a field has the wrong type */
export function readCreateRequest(data: JsonMap): CreateRequest {
  const fields = new WeakStruct(data);
  const text = (name: string): string => fields.read(name, decodeString) ?? '';
  const request: CreateRequest = {
    id: text('ID'),
    policies: fields.read('Policies', (raw, name) => decodeList(raw, decodeString, name)) ?? [],
    meta: fields.read('meta', decodeStringMap) ?? null,
    noParent: fields.read('no_parent', decodeBool) ?? false,
    noDefaultPolicy: fields.read('no_default_policy', decodeBool) ?? false,
    lease: text('Lease'),
    ttl: text('TTL'),
    renewable: fields.read('Renewable', decodeBool) ?? true,
    explicitMaxTtl: text('explicit_max_ttl'),
    displayName: text('display_name'),
    numUses: fields.read('num_uses', decodeInt) ?? 0,
    period: text('Period'),
    type: text('type'),
    entityAlias: text('entity_alias'),
  };
  const problem = fields.problem();
  if (problem !== undefined) throw refusal(`Error decoding request: ${problem}`);
  return request;
}
