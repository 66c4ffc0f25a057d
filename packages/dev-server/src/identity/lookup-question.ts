import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';

/** The ways in which entities and groups are asked for. */
export const LOOKUP_FIELDS = {
  id: 'string',
  name: 'string',
  alias_id: 'string',
  alias_name: 'string',
  alias_mount_accessor: 'string',
} as const;

/** What was given of them; the rest is empty. */
export interface Question {
  readonly id: string;
  readonly name: string;
  readonly aliasId: string;
  readonly aliasName: string;
  readonly accessor: string;
}

/** The one way in which a question names what it is about. @throws LogicalFault where it does in none, or several */
export function questionOf(fields: Fields<typeof LOOKUP_FIELDS>): Question {
  const question = {
    id: fields.get('id') ?? '',
    name: fields.get('name') ?? '',
    aliasId: fields.get('alias_id') ?? '',
    aliasName: fields.get('alias_name') ?? '',
    accessor: fields.get('alias_mount_accessor') ?? '',
  };
  const { aliasName, accessor } = question;
  const given = Object.values(question).filter((text) => text !== '').length;
  if (given === 0) throw refusal('query parameter not supplied');
  if (given > 1 && !(given === 2 && aliasName !== '' && accessor !== '')) {
    throw refusal('query parameter conflict; please supply distinct set of query parameters');
  }
  if (given === 1 && aliasName !== '') throw refusal('alias_mount_accessor not supplied');
  if (given === 1 && accessor !== '') throw refusal('alias_name not supplied');
  return question;
}
