// One list of what is planted: each kind with the ways in which code holds it.
import { privateKeyOf, type SeededRandom } from './corpus-random.js';

/** A file with a secret in it. */
export interface Planted {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
  readonly value: string;
  /** Whether only a definition or known values tell that it is a secret. */
  readonly needsDefinition?: boolean;
}

type Context = readonly [file: string, write: (value: string) => string];

const js: Context = ['src/client.js', (v) => `const client = connect({ apiKey: '${v}', retries: 3 });\n`];
const ts: Context = ['src/settings.ts', (v) => `export const serviceToken: string = "${v}";\n`];
const python: Context = ['app/settings.py', (v) => `DEBUG = False\nSERVICE_TOKEN = "${v}"\n`];
const yaml: Context = ['config/app.yaml', (v) => `service:\n  token: ${v}\n  region: eu\n`];
const dotenv: Context = ['deploy/prod.env', (v) => `PORT=3000\nSERVICE_TOKEN=${v}\n`];
const json: Context = ['config/service.json', (v) => `{\n  "region": "eu",\n  "key": "${v}"\n}\n`];
const shell: Context = ['scripts/release.sh', (v) => `#!/bin/sh\nexport TOKEN='${v}'\n./release\n`];
const comment: Context = ['src/todo.js', (v) => `// works with ${v} for now\nrun();\n`];

const everywhere = [js, ts, python, yaml, dotenv, json, shell, comment];

/** A kind of secret; one that its shape tells stands everywhere. */
const token = (
  kind: string,
  make: (random: SeededRandom) => string,
  contexts: readonly Context[] = everywhere,
) => ({
  kind,
  make,
  contexts,
});

const tokens = [
  token('AWS access key id', (r) => `AKIA${r.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`),
  token('AWS secret access key', (r) => r.base64(40), [
    ['infra/main.env', (v) => `AWS_SECRET_ACCESS_KEY=${v}\n`],
    ['src/s3.js', (v) => `new S3({ secretAccessKey: '${v}' });\n`],
    ['.aws/credentials', (v) => `[default]\naws_secret_access_key = ${v}\n`],
    ['app/s3.py', (v) => `client("s3", aws_secret_access_key="${v}")\n`],
  ]),
  token('Stripe secret key', (r) => `sk_live_${r.alphanumeric(24)}`),
  token('Stripe webhook secret', (r) => `whsec_${r.alphanumeric(32)}`),
  token('Google API key', (r) => `AIza${r.base64url(35)}`.replace(/-$/, 'x')),
  token('Google client secret', (r) => `GOCSPX-${r.base64url(27)}x`),
  token('Twilio API key', (r) => `SK${r.hex(32)}`),
  token('OpenAI-like key', (r) => `sk-proj-${r.alphanumeric(48)}`),
  token('Anthropic key', (r) => `sk-ant-api03-${r.base64url(93)}AA`),
  token('Vault service token', (r) => `hvs.${r.alphanumeric(95)}`),
  token('Vault token, old', (r) => `s.${r.alphanumeric(24)}`),
  token('GitHub token', (r) => `ghp_${r.alphanumeric(36)}`),
  token('GitHub fine-grained token', (r) => `github_pat_${r.alphanumeric(22)}_${r.alphanumeric(59)}`),
  token('GitLab token', (r) => `glpat-${r.alphanumeric(20)}`),
  token(
    'Slack bot token',
    (r) => `xoxb-${r.text(12, '0123456789')}-${r.text(12, '0123456789')}-${r.alphanumeric(24)}`,
  ),
  token(
    'Slack webhook',
    (r) =>
      `https://hooks.slack.com/services/T${r.text(8, 'ABCDEFGHJK0123456789')}/B${r.text(8, 'ABCDEFGHJK0123456789')}/${r.alphanumeric(24)}`,
  ),
  token('SendGrid key', (r) => `SG.${r.alphanumeric(22)}.${r.alphanumeric(43)}`),
  token('npm token', (r) => `npm_${r.alphanumeric(36)}`),
  token('PyPI token', (r) => `pypi-AgEIcHlwaS5vcmc${r.base64url(120)}x`),
  token('Mailgun key', (r) => `key-${r.hex(32)}`),
  token('Telegram bot token', (r) => `${r.text(10, '123456789')}:AA${r.base64url(32)}x`),
  token(
    'Discord webhook',
    (r) => `https://discord.com/api/webhooks/${r.text(18, '123456789')}/${r.base64url(67)}x`,
  ),
  token('DigitalOcean token', (r) => `dop_v1_${r.hex(64)}`),
  token('Databricks token', (r) => `dapi${r.hex(32)}`),
  token('Hugging Face token', (r) => `hf_${r.letters(34)}`),
  token('Firecrawl key', (r) => `fc-${r.hex(32)}`),
  token('Shopify token', (r) => `shpat_${r.hex(32)}`),
  token('JSON Web Token', (r) =>
    [
      Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url'),
      Buffer.from(JSON.stringify({ sub: r.uuid(), role: 'admin' })).toString('base64url'),
      r.base64url(43),
    ].join('.'),
  ),
];

const keys = [
  token('RSA private key', privateKeyOf.rsa, [
    ['certs/server.key', (v) => v],
    ['src/keys.js', (v) => `const signingKey = \`${v}\`;\n`],
    ['config/keys.json', (v) => `{ "privateKey": ${JSON.stringify(v)} }\n`],
    ['config/keys.yaml', (v) => `signing:\n  key: |\n${v.replace(/^(?=.)/gm, '    ')}  algorithm: RS256\n`],
  ]),
  token('EC private key (SEC1)', privateKeyOf.ec, [
    ['certs/jwt.pem', (v) => v],
    ['app/keys.py', (v) => `KEY = """${v}"""\n`],
    ['deploy/keys.env', (v) => `JWT_PRIVATE_KEY="${v.replaceAll('\n', '\\n')}"\n`],
    [
      'src/Keys.java',
      (v) =>
        `String key = ${v
          .trim()
          .split('\n')
          .map((line) => `"${line}\\n"`)
          .join(' +\n    ')};\n`,
    ],
  ]),
  token('private key (PKCS 8)', privateKeyOf.pkcs8, [
    ['certs/signing.pem', (v) => v],
    [
      'config/service-account.json',
      (v) => JSON.stringify({ type: 'service_account', private_key_id: '1f', private_key: v }),
    ],
    ['src/keys.ts', (v) => `export const key = ${JSON.stringify(v)};\n`],
    ['docs/setup.md', (v) => `Put this into \`key.pem\`:\n\n\`\`\`\n${v}\`\`\`\n`],
  ]),
];

const address = (kind: string, make: (random: SeededRandom) => string) =>
  token(kind, make, [
    ['src/db.js', (v) => `const pool = createPool('${v}');\n`],
    ['deploy/db.env', (v) => `CONNECTION=${v}\n`],
    ['docker-compose.yml', (v) => `services:\n  web:\n    environment:\n      BACKEND: ${v}\n`],
    ['app/main.py', (v) => `engine = create_engine("${v}")\n`],
  ]);

const addresses = [
  address('postgres address', (r) => `postgresql://app:${r.alphanumeric(14)}@db.internal.shop.io:5432/shop`),
  address('mysql address', (r) => `mysql://root:${r.password()}@10.0.3.7/shop`.replaceAll('#', '%23')),
  address('mongodb address', (r) => `mongodb+srv://svc:${r.alphanumeric(16)}@cluster0.k3x.mongodb.net/shop`),
  address(
    'address with a password as a parameter',
    (r) => `jdbc:postgresql://db.shop.io/shop?user=app&password=${r.alphanumeric(16)}`,
  ),
  address('redis address', (r) => `redis://:${r.alphanumeric(20)}@cache.shop.io:6379/1`),
  address('amqp address', (r) => `amqps://worker:${r.alphanumeric(12)}@queue.shop.io/vhost`),
  address('smtp address', (r) => `smtp://mailer:${r.alphanumeric(12)}@mail.shop.io:587`),
  address('https address with a login', (r) => `https://deploy:${r.alphanumeric(20)}@git.shop.io/shop.git`),
  token(
    'ADO.NET connection string',
    (r) => `Server=tcp:sql.shop.io;Database=shop;User Id=app;Password=${r.alphanumeric(12)};Encrypt=True`,
    [
      ['appsettings.Production.json', (v) => `{ "ConnectionStrings": { "Default": "${v}" } }\n`],
      ['Web.config', (v) => `<add name="Default" connectionString="${v}" />\n`],
      ['src/Db.cs', (v) => `var connection = new SqlConnection("${v}");\n`],
      ['deploy/sql.env', (v) => `SQL_CONNECTION=${v}\n`],
    ],
  ),
  token('Azure storage key', (r) => `${r.base64(86)}==`, [
    [
      'src/blob.js',
      (v) =>
        `const s = 'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${v};EndpointSuffix=core.windows.net';\n`,
    ],
    ['deploy/blob.env', (v) => `BLOB=AccountName=shop;AccountKey=${v}\n`],
    ['app/blob.py', (v) => `BLOB = "AccountName=shop;AccountKey=${v}"\n`],
    ['appsettings.json', (v) => `{ "Blob": "AccountName=shop;AccountKey=${v}" }\n`],
  ]),
];

const defaults = token(
  'default of a secret in code',
  (r) => r.pick(['dev-secret', 'changeme', 'super-secret-key', `k${r.alphanumeric(15)}`]),
  [
    ['src/auth.js', (v) => `const secret = process.env.JWT_SECRET || '${v}';\n`],
    ['src/auth.ts', (v) => `sign(payload, process.env['SESSION_SECRET'] ?? "${v}");\n`],
    ['app/conf.py', (v) => `SECRET_KEY = os.environ.get("SECRET_KEY", "${v}")\n`],
    ['app/env.py', (v) => `password = os.getenv('DB_PASSWORD', default='${v}')\n`],
    ['config/app.rb', (v) => `secret = ENV.fetch('SECRET_TOKEN', '${v}')\n`],
    ['config/database.php', (v) => `'password' => env('DB_PASSWORD', '${v}'),\n`],
    ['cmd/main.go', (v) => `secret := getEnv("API_SECRET", "${v}")\n`],
    ['src/main.rs', (v) => `let key = env::var("SIGNING_KEY").unwrap_or("${v}".into());\n`],
    ['entrypoint.sh', (v) => `PASSWORD="\${DB_PASSWORD:-${v}}"\n`],
    ['compose.yaml', (v) => `environment:\n  - DB_PASSWORD=\${DB_PASSWORD:-${v}}\n`],
  ],
);

const named = [
  defaults,
  token('password in a file of settings', (r) => r.password(), [
    ['.env', (v) => `DB_HOST=db\nDB_PASSWORD=${v}\n`],
    ['docker-compose.yml', (v) => `services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${v}\n`],
    ['compose.yml', (v) => `environment:\n  - MYSQL_ROOT_PASSWORD=${v}\n`],
    ['Dockerfile', (v) => `FROM node:20\nENV ADMIN_PASSWORD=${v}\n`],
    ['images/Dockerfile', (v) => `FROM node:20\nENV ADMIN_PASSWORD ${v}\n`],
    ['application.properties', (v) => `spring.datasource.password=${v}\n`],
    ['config/mail.ini', (v) => `[smtp]\npassword = ${v}\n`],
    ['k8s/deploy.yaml', (v) => `env:\n  - name: DB_PASSWORD\n    value: "${v}"\n`],
    ['infra/main.tf', (v) => `variable "db_password" {\n  type = string\n  default = "${v}"\n}\n`],
    ['.netrc', (v) => `machine api.shop.io login bot password ${v}\n`],
    ['settings.xml', (v) => `<server><username>ci</username><password>${v}</password></server>\n`],
    ['Web.config', (v) => `<appSettings><add key="SmtpPassword" value="${v}" /></appSettings>\n`],
  ]),
  token(
    'guessable password in a file of settings',
    (r) => r.pick(['letmein', 'postgres', 'hunter2', 'qwertz99', 'shopshop']),
    [
      ['.env', (v) => `DB_PASSWORD=${v}\n`],
      ['compose.yml', (v) => `environment:\n  POSTGRES_PASSWORD: ${v}\n`],
      ['config/db.yml', (v) => `production:\n  username: shop\n  password: ${v}\n`],
      ['config/db.ini', (v) => `[db]\npassword = ${v}\n`],
    ],
  ),
  token('password in code', (r) => r.password(), [
    ['src/Mailer.java', (v) => `private static final String SMTP_PASSWORD = "${v}";\n`],
    ['src/Login.cs', (v) => `client.Login("bot", password: "${v}");\n`],
    ['src/db.js', (v) => `connect({ host: 'db', user: 'app', password: '${v}' });\n`],
    ['app/db.py', (v) => `conn = connect(host="db", user="app", password="${v}")\n`],
    ['lib/db.rb', (v) => `Mysql2::Client.new(host: 'db', :password => '${v}')\n`],
    ['config.php', (v) => `<?php\ndefine('DB_PASSWORD', '${v}');\n`],
    ['main.go', (v) => `cfg.Password = "${v}"\n`],
    ['src/main.kt', (v) => `val dbPassword: String = "${v}"\n`],
  ]),
  token('secret in hex', (r) => r.hex(r.pick([32, 40, 64])), [
    ['src/auth.js', (v) => `const JWT_SECRET = '${v}';\n`],
    ['config/secrets.yml', (v) => `production:\n  secret_key_base: ${v}\n`],
    ['app/weather.py', (v) => `API_KEY = "${v}"\n`],
    ['deploy/twilio.env', (v) => `TWILIO_AUTH_TOKEN=${v}\n`],
  ]),
  token('secret in base64', (r) => `${r.base64(43)}=`, [
    ['src/crypto.ts', (v) => `const encryptionKey = Buffer.from('${v}', 'base64');\n`],
    ['appsettings.json', (v) => `{ "Jwt": { "SigningKey": "${v}" } }\n`],
    ['config/crypto.toml', (v) => `master_key = "${v}"\n`],
    ['app/crypto.py', (v) => `FERNET_SECRET_KEY = b"${v}"\n`],
  ]),
  token('secret of many characters', (r) => r.text(50, 'abcdefghijklmnopqrstuvwxyz0123456789!@#%^&*(-_=+)'), [
    ['app/settings.py', (v) => `SECRET_KEY = '${v}'\n`],
    ['app/base.py', (v) => `SECRET_KEY: str = "${v}"\n`],
    ['wp-config.php', (v) => `define( 'AUTH_KEY', '${v}' );\n`],
    ['src/session.js', (v) => `app.use(session({ secret: '${v}' }));\n`],
  ]),
  token('UUID as a secret', (r) => r.uuid(), [
    ['src/heroku.js', (v) => `const herokuApiKey = '${v}';\n`],
    ['deploy/oauth.env', (v) => `CLIENT_SECRET=${v}\n`],
    ['config/oauth.yaml', (v) => `oauth:\n  clientSecret: ${v}\n`],
    ['app/oauth.py', (v) => `CLIENT_SECRET = "${v}"\n`],
  ]),
  token('value of a Kubernetes Secret', (r) => Buffer.from(r.password()).toString('base64'), [
    [
      'k8s/secret.yaml',
      (v) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  db-password: ${v}\n`,
    ],
    [
      'k8s/list.yaml',
      (v) => `apiVersion: v1\ndata:\n  username: c2hvcA==\n  smtp-password: "${v}"\nkind: Secret\n`,
    ],
    ['charts/secret.yml', (v) => `kind: Secret\ndata:\n  API_TOKEN: ${v}\n`],
  ]),
  token('login in a header', (r) => r.alphanumeric(40), [
    ['src/api.js', (v) => `fetch(url, { headers: { Authorization: 'Bearer ${v}' } });\n`],
    ['scripts/call.sh', (v) => `curl -H "Authorization: Bearer ${v}" https://api.shop.io\n`],
    ['app/api.py', (v) => `headers = {"Authorization": "Bearer ${v}"}\n`],
  ]),
  token('login in base64', (r) => Buffer.from(`deploy:${r.alphanumeric(14)}`).toString('base64'), [
    ['src/api.js', (v) => `request.setHeader('Authorization', 'Basic ${v}');\n`],
    ['.docker/config.json', (v) => `{ "auths": { "registry.shop.io": { "auth": "${v}" } } }\n`],
  ]),
  token('login on a command line', (r) => r.password().replace('#', '+').replace('!', '+'), [
    ['scripts/backup.sh', (v) => `mysqldump --user=root --password=${v} shop > dump.sql\n`],
    ['Makefile', (v) => `deploy:\n\tcurl -u deploy:${v} https://repo.shop.io/upload\n`],
    ['.gitlab-ci.yml', (v) => `script:\n  - PGPASSWORD=${v} psql -h db.shop.io shop\n`],
    ['package.json', (v) => `{ "scripts": { "seed": "mongosh --password ${v} seed.js" } }\n`],
  ]),
  token('registry token', (r) => r.uuid(), [
    ['.npmrc', (v) => `//registry.shop.io/:_authToken=${v}\n`],
    ['.yarnrc.yml', (v) => `npmAuthToken: "${v}"\n`],
  ]),
  token('file that is a secret', (r) => r.hex(32), [
    ['config/master.key', (v) => v],
    ['config/credentials/production.key', (v) => `${v}\n`],
  ]),
];

/** Known by the application's definition or by its environment alone. */
export const definedSecrets = ['LEGACY_PIN', 'WEBHOOK_TARGET'] as const;
export const knownSecret = { name: 'PARTNER_PASSWORD', value: 'Kranich-Teich-42-Nebel' } as const;

const defined: readonly Planted[] = [
  ['src/pin.js', "const legacyPin = '739164';\n", '739164'],
  ['deploy/legacy.env', 'LEGACY_PIN=739164\n', '739164'],
  [
    'src/hook.ts',
    "send(process.env.WEBHOOK_TARGET ?? 'https://hooks.shop.io/in/4711');\n",
    'https://hooks.shop.io/in/4711',
  ],
].map(([file = '', text = '', value = '']) => ({
  kind: 'secret of the definition',
  file,
  text,
  value,
  needsDefinition: true,
}));

const known: readonly Planted[] = [
  ['src/notes.js', `// partner login: ${knownSecret.value}\n`, knownSecret.value],
  ['src/partner.rb', `login('shop', "${knownSecret.value}")\n`, knownSecret.value],
  ['k8s/partner.yaml', `data: ${Buffer.from(knownSecret.value).toString('base64')}\n`, knownSecret.value],
].map(([file = '', text = '', value = '']) => ({
  kind: 'value in use',
  file,
  text,
  value,
  needsDefinition: true,
}));

/** Everything that is planted, each in a folder of its own. */
export function plantedSecrets(random: SeededRandom): readonly Planted[] {
  const made = [...tokens, ...keys, ...addresses, ...named].flatMap(({ kind, make, contexts }) =>
    contexts.map(([file, write]) => {
      const value = make(random);
      return { kind, file, text: write(value), value };
    }),
  );
  return [...made, ...defined, ...known].map((planted, index) => ({
    ...planted,
    file: `p${index}/${planted.file}`,
  }));
}
