import { describe, expect, test } from 'vitest';
import { parsePolicy } from './policy-parser.js';

describe('parsePolicy', () => {
  test('reads HCL with comments, heredocs, both forms of objects and commas', () => {
    const rules = parsePolicy(`
      # one
      name = "n" // two
      path "a/*" { /* three
        lines */
        capabilities = [
          "read", "list",
        ]
        comment = <<EOT
any "text" {
EOT
        allowed_parameters { "x" = ["1"] }
      }
      "path" "/b" { policy = "write" }
    `);
    expect(rules.map((rule) => [rule.path, rule.isPrefix, [...rule.capabilities]])).toEqual([
      ['a/', true, ['read', 'list']],
      ['b', false, ['create', 'read', 'update', 'delete', 'list']],
    ]);
    expect(rules[0]?.allowedParameters.get('x')).toEqual(['1']);
  });

  test('reads the same in JSON', () => {
    const rules = parsePolicy('{"path":{"a/+":{"capabilities":["read"],"denied_parameters":{"x":[]}}}}');
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({ path: 'a/+', hasSegmentWildcards: true });
    expect(rules[0]?.deniedParameters.get('x')).toEqual([]);
  });

  test('an empty policy has no rules', () => {
    expect(parsePolicy('')).toEqual([]);
  });

  test.each([
    ['path "x" {', 'failed to parse policy: At 1:12: object expected closing RBRACE got: EOF'],
    ['path "x" { capabilities = ["fly"] }', 'failed to parse policy: path "x": invalid capability "fly"'],
    ['path "x" { policy = "fly" }', 'failed to parse policy: path "x": invalid policy "fly"'],
    [
      'path "x" {\n  abilities = ["read"]\n}',
      'failed to parse policy: 1 error occurred:\n\t* path "x": invalid key "abilities" on line 2\n\n',
    ],
    ['rule "x" {}', 'failed to parse policy: 1 error occurred:\n\t* invalid key "rule" on line 1\n\n'],
    ['path "a/+*" {}', `failed to parse policy: path "a/+*": invalid use of wildcards ('+*' is forbidden)`],
    [
      'path "x" { capabilities = ["read" "list"] }',
      /error parsing list, expected comma or list end, got: STRING$/,
    ],
    [
      'path "x" {\n  capabilities = "read"\n}',
      'failed to parse policy: path "x": At 2:18: unknown slice type: *ast.LiteralType',
    ],
    [
      'path "x" { allowed_parameters = { "a" = "b" } }',
      'failed to parse policy: path "x": At 1:41: unknown slice type: *ast.LiteralType',
    ],
    [
      'path "x" { denied_parameters = "a" }',
      'failed to parse policy: path "x": At 1:32: root.denied_parameters: not an object type for map (*ast.LiteralType)',
    ],
    [
      'path "{{identity.entity.id" {}',
      'failed to parse policy: failed to validate policy templating: unbalanced templating characters',
    ],
    ['path "x', /literal not terminated$/],
    ['path ? {}', /illegal character$/],
    ['{"path":', /invalid JSON$/],
  ])('%j is refused', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(message);
  });

  test('nesting without end is refused', () => {
    expect(() => parsePolicy(`path "x" { comment = ${'['.repeat(100_000)}`)).toThrow('nested too deeply');
  });
});
