import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KnownValues } from '../../src/audit/known-values.js';
import { scanText } from '../../src/audit/scan-text.js';
import { SecretSettings } from '../../src/audit/secret-settings.js';

const secrets = new SecretSettings([]);
const knowledge = { secrets, known: new KnownValues([], secrets) };
const scan = (text: string, file = 'src/a.js') => scanText(text, file, knowledge);
const found = (text: string, file?: string) =>
  scan(text, file).map(({ rule, name, value }) => [rule.id, name, value]);

const strong = 'k7Jq2mXv9Rt4Lw8Z';

describe('a name says that it is one of a secret by its last words', () => {
  test.each([
    'password',
    'dbPassword',
    'DB_PASS',
    'pgpassword',
    'API_KEY',
    'apiKeys',
    'stripeSecretKey',
    'secret_key_base',
    'JWT_SECRET_PROD',
    'authToken',
    'x-api-key',
    'smtp.password',
    'clientSecret',
    'AUTH_SALT',
    'sentryDsn',
  ])('%s does', (name) => {
    expect(found(`${name}: '${strong}'`).length).toBe(1);
  });

  test.each([
    'passwordField',
    'PASSWORD_FILE',
    'tokenType',
    'key',
    'primaryKey',
    'cacheKey',
    'publicKey',
    'csrfToken',
    'nextPageToken',
    'secretName',
    'compass',
    'bypass',
    'tokens_count',
    'salt',
    'keyboard',
    'monkey',
  ])('%s does not', (name) => {
    expect(found(`${name}: '${strong}'`)).toEqual([]);
  });
});

describe('a value is taken', () => {
  test.each([
    [`const password = "${strong}";`, 'password'],
    [`password := "${strong}"`, 'password'],
    [`let password: String = "${strong}";`, 'password'],
    [`"password": "${strong}",`, 'password'],
    [`:password => '${strong}'`, 'password'],
    [`settings['password'] = '${strong}';`, 'password'],
    [`const password =\n  '${strong}';`, 'password'],
    [`setPassword("${strong}")`, 'setPassword'],
    [`password = SecretStr("${strong}")`, 'password'],
    [`password = other.password or "${strong}"`, 'password'],
    [`{ "name": "DB_PASSWORD", "value": "${strong}" }`, 'DB_PASSWORD'],
  ])('of %j', (text, name) => {
    expect(found(text).map(([, ...rest]) => rest)).toEqual([[name, strong]]);
  });

  test('with its escapes undone, and its place is that of its inside', () => {
    const text = `const password = 'k7"J\\'q2m\\\\Xv9R\\x41\\u0042';`;
    const [detection] = scan(text);
    expect(detection?.value).toBe('k7"J\'q2m\\Xv9RAB');
    expect(text.slice(detection?.start, detection?.end)).toBe(`k7"J\\'q2m\\\\Xv9R\\x41\\u0042`);
  });

  test.each([
    ['.env', `DB_PASSWORD=${strong};#&,x # production`, `${strong};#&,x`],
    ['.env', `export DB_PASSWORD="${strong} x"`, `${strong} x`],
    ['a.yaml', `db_password: ${strong},# x`, `${strong},# x`.replace(' ', ' ')],
    ['a.yaml', `args: ["--password=${strong}"]`, strong],
    ['.env', `DB_PASSWORD=  ${strong}  out # x`, `${strong}  out`],
    ['a.sh', `DB_PASSWORD=${strong} ./run`, strong],
    ['a.sh', `DB_PASSWORD=${strong}; run`, strong],
    ['.gitlab-ci.yml', `  - PGPASSWORD=${strong} psql -h db`, strong],
    ['compose.yml', `  - "DB_PASSWORD=${strong}"`, strong],
    ['Dockerfile', `ENV DB_PASSWORD=${strong} OTHER=1`, strong],
    ['a.ini', `password = ${strong} ; comment`, strong],
  ])('of a file of settings as it writes values: %s %j', (file, text, value) => {
    expect(scan(text, file).map((each) => each.value)).toEqual([value]);
  });

  test('of an address wholly, without the punctuation around it', () => {
    const address = `postgres://app:${strong}@db.shop.io:5432/shop?ssl=true&to=https://x.io`;
    for (const around of [
      `(${address}).`,
      `"${address}"`,
      `\`${address}\``,
      `<${address}>`,
      `url:${address},`,
    ]) {
      expect(scan(around).map(({ value }) => value)).toEqual([address]);
    }
    expect(scan(`a ${address} b ${address}`)).toHaveLength(2);
  });

  test('of a Kubernetes Secret as it is meant: an address, a key, a password in base64', () => {
    const base64 = (value: string) => Buffer.from(value).toString('base64');
    const values = {
      url: `postgres://app:${strong}@db/shop`,
      password: `${strong}!`,
      user: 'app',
      port: '5432',
    };
    const data = Object.entries(values).map(([key, value]) => `  ${key}: ${base64(value)}\n`);
    const manifest = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n${data.join('')}`;
    expect(found(manifest, 'k8s/db.yaml')).toEqual([
      ['connection-string', 'url', values.url],
      ['secret-constant', 'password', values.password],
    ]);
    expect(
      found(manifest.replace('kind: Secret', 'kind: Other'), 'k8s/db.yaml').map(([, name]) => name),
    ).toEqual(['password']);
  });

  test('of an address whose password nobody encoded', () => {
    const address = `mysql://app:k7/J@q2mXv9Rt@db.shop.io/shop`;
    expect(scan(`x = "${address}"`).map(({ value }) => value)).toEqual([address]);
  });

  test('of a key as its reader wants it, however it was broken into lines', () => {
    const body = ['MHcCAQEEIBvKqLlYHg2m5nQ8rT0uWx3z', 'A7c9e1f4h6j8k0l2n4p6q8s0u2w4y6A8', 'C0E2'];
    const key = ['-----BEGIN EC PRIVATE KEY-----', ...body, '-----END EC PRIVATE KEY-----'];
    const ways = [
      key.join('\n'),
      key.join('\r\n'),
      key.join('\\n'),
      key
        .map((each) => `    ${each}`)
        .join('\n')
        .trimStart(),
      key
        .map((each) => `// ${each}`)
        .join('\n')
        .slice(3),
      key
        .map((each) => `"${each}\\n"`)
        .join(' +\n  ')
        .slice(1, -3),
      key
        .map((each) => `'${each}',`)
        .join('\n')
        .slice(1, -2),
    ];
    for (const way of ways) expect(scan(way, 'a.txt').map(({ value }) => value)).toEqual([key.join('\n')]);
  });
});

describe('what is more is kept of two that overlap', () => {
  test('a token keeps the name that it was assigned to', () => {
    const token = `sk_live_${strong}${strong}`;
    expect(found(`const paymentKey = process.env.PAYMENT_API_KEY ?? '${token}';`)).toEqual([
      ['stripe-key', 'PAYMENT_API_KEY', token],
    ]);
  });

  test('an address is one finding, not its password another', () => {
    expect(found(`password = 'redis://:${strong}@cache.shop.io';`).map(([rule]) => rule)).toEqual([
      'connection-string',
    ]);
  });

  test('whatever stands in a text, detections are in order, lie apart, and lie in the text', () => {
    const piece = fc.constantFrom(
      'password',
      'token',
      '=',
      ': ',
      '"',
      "'",
      ' ',
      '\n',
      strong,
      '://',
      'a',
      'postgres://u:',
      '@h.io',
      'process.env.',
      '||',
      '(',
      ')',
      `sk_live_${strong}${strong}`,
      'eyJhbGciOiJIUzI1NiJ9',
      '.',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'Basic ',
      'curl -u a:',
      '${',
      '}',
      '\\',
      'kind: Secret\ndata:\n',
      'é',
      '\u{1f511}',
      ';Password=',
      'Server=x',
    );
    const file = fc.constantFrom('a.js', 'a.yaml', '.env', 'a.md', 'a.json', 'Dockerfile');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), file, (pieces, name) => {
        const text = pieces.join('');
        let last = 0;
        for (const { start, end, value } of scan(text, name)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(value.length).toBeGreaterThan(0);
          last = end;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['a part of a variable', 'a.sh', `cut "\${API_TOKEN:start}" "\${API_TOKEN:0:8}"`],
  ['a word that is stored', 'a.js', "localStorage.setItem('token', 'value'); headers.set('password', label)"],
  ['a text of several lines', 'a.yaml', 'password: |\n  A4b8V3k6n5P9q2R7\n  and more of it\n'],
  ['a mark of what follows below', 'a.yaml', 'password: &mark\n  from: elsewhere\n'],
])('%s is no secret', (_, file, text) => {
  expect(scan(text, file)).toEqual([]);
});

test('a strong value is found under any name of a secret, in any way of writing it', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
  const noise = fc
    .array(fc.tuple(fc.constantFrom(...letters), fc.integer({ min: 2, max: 9 })), {
      minLength: 10,
      maxLength: 20,
    })
    .map((pairs) => pairs.map(([letter, digit]) => `${letter}${digit}`).join(''))
    .filter((value) => new Set(value).size >= 10);
  const name = fc
    .tuple(
      fc.constantFrom('db', 'mail', 'stripe', 'my_app'),
      fc.constantFrom('password', 'secret', 'token', 'api_key', 'private_key'),
    )
    .map((words) => words.join('_'));
  const cased = fc
    .tuple(name, fc.constantFrom('snake', 'upper', 'camel'))
    .map(([words, how]) =>
      how === 'snake'
        ? words
        : how === 'upper'
          ? words.toUpperCase()
          : words.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
    );
  const way = fc.constantFrom<readonly [string, (name: string, value: string) => string]>(
    ['a.js', (n, v) => `const ${n} = '${v}';`],
    ['a.ts', (n, v) => `export const x = { ${n}: "${v}" };`],
    ['a.py', (n, v) => `${n} = "${v}"`],
    ['a.json', (n, v) => `{ "${n}": "${v}" }`],
    ['a.yaml', (n, v) => `${n}: ${v}`],
    ['a.env', (n, v) => `${n}=${v}`],
    ['a.toml', (n, v) => `${n} = "${v}"`],
    ['a.properties', (n, v) => `app.${n}=${v}`],
    ['a.xml', (n, v) => `<${n}>${v}</${n}>`],
    ['a.js', (n, v) => `process.env.${n} || '${v}'`],
    ['a.py', (n, v) => `os.environ.get("${n}", "${v}")`],
    ['a.tf', (n, v) => `variable "${n}" {\n  default = "${v}"\n}`],
    ['a.sh', (n, v) => `run "\${${n}:-${v}}"`],
    ['a.yaml', (n, v) => `a:\n  ${n}: |\n    ${v}\n\n  b: |\n    c`],
    ['a.yaml', (n, v) => `${n}: >-\n  ${v}`],
    ['a.yaml', (n, v) => `${n}: &mark ${v}`],
    ['a.js', (n, v) => `config.set('${n}', '${v}');`],
    ['A.java', (n, v) => `properties.setProperty("${n}", "${v}");`],
    ['A.java', (n, v) => `@Value("\${app.${n}:${v}}") String value;`],
  );
  fc.assert(
    fc.property(cased, noise, way, fc.nat(3), (named, value, [file, write], lines) => {
      const text = `${'\n'.repeat(lines)}${write(named, value)}\n`;
      const detections = scan(text, file);
      expect(detections.map((each) => each.value)).toEqual([value]);
      expect(text.slice(detections[0]?.start, detections[0]?.end)).toBe(value);
    }),
    { numRuns: 1000 },
  );
});
