import { describe, expect, test } from 'vitest';
import { type JsonMap, JsonNumber } from '../json/json-value.js';
import type { Operation } from '../logical/logical-request.js';
import { Acl } from './acl.js';
import { parsePolicy } from './policy-parser.js';

const acl = (...policies: readonly string[]): Acl => new Acl(false, policies.flatMap(parsePolicy));

const may = (
  policy: Acl,
  operation: Operation,
  path: string,
  data: JsonMap = new Map(),
  wrapTtl?: number,
): boolean => policy.allows({ path, operation, data, wrapTtl });

describe('of the rules that fit a path', () => {
  test.each([
    ['an exact one beats any with wildcards', 'a/b', 'a/*', 'a/b'],
    ['the longer prefix wins', 'a/bc*', 'a/b*', 'a/bcd'],
    ['a later wildcard wins', 'a/b/+', 'a/+/c', 'a/b/c'],
    ['a + beats a * at the same place', 'a/+', 'a/*', 'a/b'],
    ['no * at the end beats one', 'a/+/c', 'a/+/c*', 'a/b/c'],
    ['fewer + win', 'a/+/c/d', 'a/+/+/d', 'a/b/c/d'],
    ['the longer one wins', 'a/+/cd*', 'a/+/c*', 'a/b/cde'],
  ])('%s', (_rule, winner, loser, path) => {
    const policy = acl(
      `path "${loser}" { capabilities = ["update"] }`,
      `path "${winner}" { capabilities = ["read"] }`,
    );
    expect(policy.capabilities(path)).toEqual(['read']);
  });

  test('a + stands for one segment, a * for any rest', () => {
    const policy = acl('path "a/+/c" { capabilities = ["read"] }', 'path "b/*" { capabilities = ["read"] }');
    expect(may(policy, 'read', 'a/x/c')).toBe(true);
    expect(may(policy, 'read', 'a/x/y/c')).toBe(false);
    expect(may(policy, 'read', 'a/x')).toBe(false);
    expect(may(policy, 'read', 'b/x/y')).toBe(true);
    expect(may(policy, 'read', 'b')).toBe(false);
  });

  test('policies add up on the same path, and deny takes it all', () => {
    const read = 'path "a" { capabilities = ["read"] }';
    const update = 'path "a" { capabilities = ["update"] }';
    const deny = 'path "a" { capabilities = ["deny", "read"] }';
    expect(acl(read, update).capabilities('a')).toEqual(['read', 'update']);
    expect(acl(read, deny, update).capabilities('a')).toEqual(['deny']);
    expect(acl(read).capabilities('b')).toEqual(['deny']);
  });

  test('a list is allowed with and without the slash in the rule', () => {
    expect(may(acl('path "a" { capabilities = ["list"] }'), 'list', 'a/')).toBe(true);
    expect(may(acl('path "a/" { capabilities = ["list"] }'), 'list', 'a/')).toBe(true);
    expect(may(acl('path "a/" { capabilities = ["read"] }'), 'list', 'a/')).toBe(false);
  });
});

describe('parameters', () => {
  const data = (...entries: [string, string | boolean | JsonNumber | string[]][]): JsonMap =>
    new Map(entries);

  test('only those that are allowed may be written, with values that are allowed', () => {
    const policy = acl(
      'path "a" { capabilities = ["update", "read"] allowed_parameters = { "ttl" = ["1h", "2*"] "note" = [] } }',
    );
    expect(may(policy, 'update', 'a', data(['ttl', '1h']))).toBe(true);
    expect(may(policy, 'update', 'a', data(['TTL', '20h'], ['note', 'x']))).toBe(true);
    expect(may(policy, 'update', 'a', data(['ttl', '3h']))).toBe(false);
    expect(may(policy, 'update', 'a', data(['other', 'x']))).toBe(false);
    expect(may(policy, 'update', 'a')).toBe(true);
    expect(may(policy, 'read', 'a', data(['other', 'x']))).toBe(false);
    expect(may(policy, 'read', 'a', data(['ttl', '1h']))).toBe(true);
  });

  test('a * allows all others', () => {
    const policy = acl(
      'path "a" { capabilities = ["create"] allowed_parameters = { "x" = ["1"] "*" = [] } }',
    );
    expect(may(policy, 'create', 'a', data(['y', 'z'], ['x', '1']))).toBe(true);
    expect(may(policy, 'create', 'a', data(['x', '2']))).toBe(false);
  });

  test('those that are denied may not be written', () => {
    const policy = acl(
      'path "a" { capabilities = ["update"] denied_parameters = { "x" = ["bad*"] "y" = [] } }',
    );
    expect(may(policy, 'update', 'a', data(['x', 'good']))).toBe(true);
    expect(may(policy, 'update', 'a', data(['x', 'badly']))).toBe(false);
    expect(may(policy, 'update', 'a', data(['y', 'any']))).toBe(false);
    const all = acl('path "a" { capabilities = ["update"] denied_parameters = { "*" = [] } }');
    expect(may(all, 'update', 'a', data(['x', '1']))).toBe(false);
  });

  test('those that are required have to be there', () => {
    const policy = acl('path "a" { capabilities = ["update"] required_parameters = ["x"] }');
    expect(may(policy, 'update', 'a', data(['x', '1']))).toBe(true);
    expect(may(policy, 'update', 'a', data(['y', '1']))).toBe(false);
    expect(may(policy, 'update', 'a')).toBe(false);
  });

  test('a boolean equals a boolean; a number in a policy equals nothing', () => {
    const policy = acl(
      'path "a" { capabilities = ["update"] allowed_parameters = { "b" = [true] "n" = [1] } }',
    );
    expect(may(policy, 'update', 'a', data(['b', true]))).toBe(true);
    expect(may(policy, 'update', 'a', data(['b', false]))).toBe(false);
    expect(may(policy, 'update', 'a', data(['n', new JsonNumber('1')]))).toBe(false);
  });
});

test('the TTL of wrapping has to lie within its bounds', () => {
  const policy = acl('path "a" { capabilities = ["read"] min_wrapping_ttl = "1m" max_wrapping_ttl = 120 }');
  expect(may(policy, 'read', 'a')).toBe(false);
  expect(may(policy, 'read', 'a', new Map(), 59_000)).toBe(false);
  expect(may(policy, 'read', 'a', new Map(), 60_000)).toBe(true);
  expect(may(policy, 'read', 'a', new Map(), 121_000)).toBe(false);
});

test('a mount is reached by a rule at it, below it, or above it', () => {
  expect(acl('path "kv/data/x" { capabilities = ["read"] }').reaches('kv/')).toBe(true);
  expect(acl('path "k*" { capabilities = ["read"] }').reaches('kv/')).toBe(true);
  expect(acl('path "+/data/x" { capabilities = ["read"] }').reaches('kv/')).toBe(true);
  expect(acl('path "kv/data/x" { capabilities = ["deny"] }').reaches('kv/')).toBe(false);
  expect(acl('path "kvx/data/x" { capabilities = ["read"] }').reaches('kv/')).toBe(false);
});
