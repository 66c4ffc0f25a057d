import type { VaultCore } from '../core/vault-core.js';
import { jwtProblem } from '../go/jwt-form.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import { WRAPPING_POLICY_NAME } from '../policies/default-policy.js';
import { lookupProblem } from '../tokens/token-shape.js';
import { readWrappingToken } from './wrapping-jwt.js';

const PATHS = new Set(['sys/wrapping/lookup', 'sys/wrapping/unwrap', 'sys/wrapping/rewrap']);

const problem = (text: string, status = 400): Error =>
  refusal(`error validating wrapping token: ${text}`, status);

function tokenIn(request: LogicalRequest): string {
  const given = request.data.get('token');
  if (given === undefined || given === null) return request.clientToken;
  if (typeof given !== 'string') throw problem('could not decode token in request body');
  if (given === '') throw problem('empty token in request body');
  return given;
}

/** The token itself, where it is in the form of a JWT. */
function plain(core: VaultCore, token: string): string {
  if (token.split('.').length !== 3) return token;
  const form = jwtProblem(token);
  if (form !== undefined) throw problem(`wrapping token could not be parsed: ${form}`);
  const inside = readWrappingToken(core, token);
  if (inside === undefined) {
    throw problem(
      'wrapping token signature could not be validated: square/go-jose: error in cryptographic primitive',
    );
  }
  return inside;
}

/**
 * Before anything else, a request about a wrapping token must name a valid one.
 *
 * @returns the request with the plain token where it had the form of a JWT
 * @throws LogicalFault
 */
export function checkWrappingToken(core: VaultCore, request: LogicalRequest): LogicalRequest {
  if (!PATHS.has(request.path)) return request;
  if (core.sealed) throw problem('Vault is sealed', 503);
  const given = tokenIn(request);
  if (given === '') throw problem('token is empty');
  const token = plain(core, given);
  const shape = lookupProblem(token);
  if (shape !== undefined) throw problem(shape);
  const entry = core.tokens.find(token);
  if (entry === undefined || entry.policies.length !== 1 || entry.policies[0] !== WRAPPING_POLICY_NAME) {
    throw refusal('wrapping token is not valid or does not exist');
  }
  if (given === request.clientToken && !request.data.has('token')) return { ...request, clientToken: token };
  return { ...request, data: new Map([...request.data, ['token', token]]) };
}
