// One list of what looks like a secret and is none.
import { privateKeyOf, type SeededRandom } from './corpus-random.js';

/** A file without a secret. */
export interface LookAlike {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}

type Make = (random: SeededRandom) => string;

const kinds: Readonly<Record<string, readonly (readonly [file: string, make: Make])[]>> = {
  UUID: [
    ['src/ids.js', (r) => `const requestId = '${r.uuid()}';\nconst tenant = "${r.uuid()}";\n`],
    ['data/users.json', (r) => `[{ "id": "${r.uuid()}", "parent": "${r.uuid()}" }]\n`],
    ['app/models.py', (r) => `NAMESPACE = UUID("${r.uuid()}")\n`],
  ],
  'hash of git': [
    ['src/version.ts', (r) => `export const commit = '${r.hex(40)}';\nexport const short = '${r.hex(7)}';\n`],
    ['.gitmodules.txt', (r) => `submodule at ${r.hex(40)}\n`],
    ['.github/workflows/ci.yml', (r) => `steps:\n  - uses: actions/checkout@${r.hex(40)}\n`],
  ],
  checksum: [
    ['SHA256SUMS', (r) => `${r.hex(64)}  app.tar.gz\n${r.hex(64)}  app.zip\n`],
    ['Dockerfile', (r) => `FROM node:20@sha256:${r.hex(64)}\nENV NODE_CHECKSUM=${r.hex(64)}\n`],
    ['src/hash.js', (r) => `expect(digest).toBe('${r.hex(64)}');\nconst etag = '"${r.hex(32)}"';\n`],
  ],
  'integrity of a lockfile': [
    [
      'package-lock.json',
      (r) =>
        `{ "node_modules/a": { "version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha512-${r.base64(86)}==" } }\n`,
    ],
    [
      'pnpm-lock.yaml',
      (r) => `packages:\n  jsonwebtoken@9.0.2:\n    resolution: {integrity: sha512-${r.base64(86)}==}\n`,
    ],
    [
      'yarn.lock',
      (r) =>
        `token-types@^5.0.1:\n  version "5.0.1"\n  resolved "https://registry.yarnpkg.com/token-types/-/token-types-5.0.1.tgz#${r.hex(40)}"\n  integrity sha512-${r.base64(86)}==\n`,
    ],
    ['go.sum', (r) => `github.com/golang-jwt/jwt v3.2.2 h1:${r.base64(43)}=\n`],
    ['Cargo.lock', (r) => `[[package]]\nname = "secrecy"\nchecksum = "${r.hex(64)}"\n`],
    ['poetry.lock', (r) => `files = [{file = "keyring-24.whl", hash = "sha256:${r.hex(64)}"}]\n`],
    ['.terraform.lock.hcl', (r) => `hashes = ["h1:${r.base64(43)}=", "zh:${r.hex(64)}"]\n`],
  ],
  'image or font in base64': [
    ['src/logo.js', (r) => `export const logo = 'data:image/png;base64,iVBORw0KGgo${r.base64(600)}==';\n`],
    ['src/fonts.css', (r) => `@font-face { src: url(data:font/woff2;base64,d09GMg${r.base64(800)}) }\n`],
    ['docs/page.html', (r) => `<img alt="" src="data:image/gif;base64,R0lGODlh${r.base64(300)}">\n`],
  ],
  'style sheet': [
    [
      'src/tokens.css',
      () =>
        ':root { --token-color-primary: #1f6feb; --password-field-width: 12rem; }\n.key::before { content: "secret"; }\n',
    ],
    [
      'src/theme.json',
      () => '{ "tokenColors": [{ "scope": "keyword.other", "settings": { "foreground": "#C586C0" } }] }\n',
    ],
    [
      'src/input.scss',
      () =>
        '$token-border: 1px solid rgba(0, 0, 0, 0.2);\ninput[type="password"] { letter-spacing: 0.2em; }\n',
    ],
  ],
  placeholder: [
    [
      '.env.example',
      () =>
        'DB_PASSWORD=changeme\nJWT_SECRET=your-secret-here\nAPI_KEY=<your api key>\nTOKEN=xxxxxxxxxxxxxxxx\nSTRIPE_SECRET_KEY=sk_test_...\n',
    ],
    [
      'config/app.yml',
      () =>
        `database:\n  password: \${DB_PASSWORD}\n  token: "{{ vault_token }}"\n  secret: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n`,
    ],
    [
      'README.md',
      () =>
        '```sh\nexport API_KEY=YOUR_API_KEY\nexport SECRET_KEY=test-secret-key\nexport DATABASE_URL=postgresql://test:test@localhost/test\n```\n',
    ],
    [
      'src/setup.js',
      () => "const apiKey = 'YOUR-API-KEY-HERE';\nconst password = '********';\nconst token = '<token>';\n",
    ],
    [
      'docs/aws.md',
      () =>
        'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    ],
    ['docs/keys.md', () => '-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----\n'],
    [
      'docker-compose.yml',
      () => `environment:\n  DB_PASSWORD: \${DB_PASSWORD:?set it}\n  TOKEN: \${TOKEN}\n  API_KEY:\n`,
    ],
  ],
  'address without a secret': [
    [
      'src/urls.js',
      () =>
        `const db = 'postgres://localhost:5432/app';\nconst cache = \`redis://\${host}:\${port}\`;\nconst api = 'https://api.shop.io:8443/v1?token=';\n`,
    ],
    [
      'src/pool.ts',
      () =>
        `connect(\`postgresql://\${user}:\${password}@\${host}/db\`);\nconnect("postgres://" + user + ":" + pass + "@" + host);\n`,
    ],
    [
      'app/db.py',
      () => 'url = f"mysql://{user}:{password}@{host}/{name}"\nold = "mysql://%s:%s@%s/app" % (u, p, h)\n',
    ],
    [
      'docs/db.md',
      () =>
        'Use `postgres://user:password@localhost:5432/db` or `mongodb://username:password@host/db`, `redis://:password@redis:6379`.\n',
    ],
    [
      'src/repo.json',
      () =>
        '{ "repository": "git+ssh://git@github.com:shop/shop.git", "image": "docker://node:20/x@sha256" }\n',
    ],
    [
      'src/test-db.js',
      () =>
        "const url = 'postgres://postgres:postgres@localhost:5432/test';\nconst other = 'amqp://guest:guest@127.0.0.1';\n",
    ],
  ],
  'public key or certificate': [
    ['certs/public.pem', () => privateKeyOf.publicKey()],
    [
      'authorized_keys',
      (r) =>
        `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${r.base64(44)} me@host\nssh-rsa AAAAB3NzaC1yc2E${r.base64(370)} me@host\n`,
    ],
    [
      'certs/ca.crt',
      (r) => `-----BEGIN CERTIFICATE-----\nMIID${r.base64(60)}\n${r.base64(64)}\n-----END CERTIFICATE-----\n`,
    ],
    [
      'src/stripe.js',
      (r) =>
        `const publishableKey = 'pk_live_${r.alphanumeric(24)}';\nconst siteKey = '6L${r.base64url(38)}';\n`,
    ],
    [
      'src/jwks.json',
      (r) =>
        `{ "keys": [{ "kty": "RSA", "kid": "${r.hex(16)}", "n": "${r.base64url(342)}", "e": "AQAB" }] }\n`,
    ],
  ],
  translation: [
    [
      'locales/de.json',
      () =>
        '{ "password": "Passwort", "forgot_password": "Passwort vergessen?", "secret_key": "Geheimer Schlüssel", "token": "Token", "apiKey": "API-Schlüssel" }\n',
    ],
    [
      'i18n/en.yml',
      () =>
        'en:\n  password: Password\n  new_password: New password\n  token: Access token\n  secret: "Keep it secret"\n',
    ],
    [
      'src/messages.ts',
      () =>
        "export const messages = { password: 'Enter your password', wrongPassword: 'Wrong password, try 2 more times', token: 'Token expired' };\n",
    ],
    ['lang/fr.po', () => 'msgid "password"\nmsgstr "Mot de passe"\n'],
  ],
  'minified code': [
    [
      'dist/app.min.js',
      (r) =>
        `!function(e,t){var n=t.token||e.token,r="${r.letters(2)}",o={password:"password",secret:n.secret,key:function(){return n.key}};e.exports=o}(module,window);var token=e=>e.kind,key="k";\n`.repeat(
          20,
        ),
    ],
    [
      'dist/app.js.map',
      (r) =>
        `{"version":3,"sources":["a.ts"],"names":["token","secret"],"mappings":"AAAA;${r.text(900, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop,;')}"}\n`,
    ],
  ],
  'code about secrets': [
    [
      'src/types.ts',
      () =>
        'interface Login { readonly password: string; readonly token?: string }\ntype Secret = { key: "api-key" | "access-token" };\nconst schema = z.object({ password: z.string().min(8), apiKey: z.string() });\n',
    ],
    [
      'src/form.tsx',
      () =>
        '<input type="password" name="password" placeholder="Password" value={password} />\n<Field name="token" label="Token" />\n',
    ],
    [
      'src/names.js',
      () =>
        "const PASSWORD = 'password';\nconst TOKEN_HEADER = 'x-auth-token';\nconst ACCESS_TOKEN = 'access_token';\nconst tokenType = 'Bearer';\nconst API_KEY = 'x-api-key';\n",
    ],
    [
      'src/env.js',
      () =>
        "const password = process.env.DB_PASSWORD;\nconst token = process.env.TOKEN ?? '';\nconst secret = config.get('auth.secret');\nconst key = await getSecret('prod/api-key');\n",
    ],
    [
      'app/auth.py',
      () =>
        'password = getpass("Password: ")\ntoken = request.headers["X-Token"]\nsecret = os.environ["SECRET_KEY"]\ndef check(password=None, token: str = ""):\n    pass\n',
    ],
    [
      'src/rules.php',
      () => "'password' => 'required|string|min:8|confirmed',\n'token' => 'nullable|uuid',\n",
    ],
    [
      'db/schema.sql',
      () => 'CREATE TABLE users (password VARCHAR(255) NOT NULL, api_key CHAR(40), token TEXT);\n',
    ],
    [
      'src/lexer.rs',
      () =>
        'let token = Token::new(TokenKind::Identifier, "name");\nlet key = KeyCode::Enter;\nif token == "end" { return; }\n',
    ],
    [
      'src/log.go',
      () =>
        'log.Printf("token: %s", token)\nerr := errors.New("password: too short")\nkey := fmt.Sprintf("secret:%s", id)\n',
    ],
    [
      'src/Config.java',
      () =>
        `@Value("\${mail.password}") private String password;\nString token = tokens.next();\nString secret = System.getenv("SECRET");\n`,
    ],
    [
      'src/auth.test.js',
      () =>
        "test('login', () => login({ user: 'a', password: 'password' }));\nexpect(token).toBe('token');\n",
    ],
    ['Makefile', () => 'TOKEN := $(shell cat token.txt)\nPASSWORD ?= $(error set PASSWORD)\n'],
    [
      'deploy.sh',
      () =>
        'TOKEN=$(vault token lookup -format=json)\nread -s PASSWORD\ncurl -u "$USER:$PASSWORD" https://shop.io\nexport API_KEY="$1"\n',
    ],
  ],
  'reference to a secret': [
    [
      'k8s/deploy.yaml',
      () =>
        'env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db-credentials\n        key: password\n  - name: TOKEN_FILE\n    value: /run/secrets/token\n',
    ],
    [
      'task.json',
      () =>
        '{ "secrets": [{ "name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf" }] }\n',
    ],
    [
      'config/app.yaml',
      () =>
        'password: vault:secret/data/shop#password\ntoken: op://shop/api/token\nsecret: ssm:/shop/prod/secret\napi_key: !secret api_key\n',
    ],
    [
      'app.settings.json',
      () =>
        '{ "ApiKey": "@Microsoft.KeyVault(SecretUri=https://shop.vault.azure.net/secrets/key)", "password": "env:DB_PASSWORD" }\n',
    ],
    [
      'secrets.enc.yaml',
      (r) =>
        `password: ENC[AES256_GCM,data:${r.base64(24)},iv:${r.base64(43)}=,tag:${r.base64(22)}==,type:str]\n`,
    ],
    [
      '.github/workflows/release.yml',
      () => `env:\n  NPM_TOKEN: \${{ secrets.NPM_TOKEN }}\n  password: \${{ secrets.DOCKER_PASSWORD }}\n`,
    ],
    [
      'compose.yml',
      () =>
        'environment:\n  POSTGRES_PASSWORD_FILE: /run/secrets/db_password\nsecrets:\n  db_password:\n    file: ./db_password.txt\n',
    ],
  ],
  'hash of a password': [
    ['db/seeds.sql', (r) => `INSERT INTO users VALUES (1, 'admin', '$2b$12$${r.alphanumeric(53)}');\n`],
    ['src/users.js', (r) => `const users = [{ name: 'a', password: '$2a$10$${r.alphanumeric(53)}' }];\n`],
    [
      'users.yaml',
      (r) =>
        `users:\n  - name: a\n    password: $argon2id$v=19$m=65536,t=3,p=4$${r.base64(22)}$${r.base64(43)}\n`,
    ],
    ['.htpasswd', (r) => `admin:$apr1$${r.alphanumeric(8)}$${r.alphanumeric(22)}\n`],
  ],
  'other data': [
    ['src/icon.svg', (r) => `<svg><path d="M${r.text(300, '0123456789.,LCZ ')}"/></svg>\n`],
    ['data/points.csv', (r) => `id,key,hash\n1,${r.hex(8)},${r.hex(32)}\n`],
    ['src/abi.json', (r) => `{ "address": "0x${r.hex(40)}", "bytecode": "0x${r.hex(800)}" }\n`],
    [
      'test/page.snap',
      (r) =>
        `exports[\`renders token 1\`] = \`<div class="css-${r.alphanumeric(6)}" data-key="${r.uuid()}"/>\`;\n`,
    ],
    [
      'src/jwt-docs.md',
      () =>
        `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from('{"sub":"1234567890","name":"John Doe"}').toString('base64url')}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n`,
    ],
    [
      'src/analytics.js',
      (r) => `ga('create', 'UA-${r.text(8, '0123456789')}-1');\nfbq('init', '${r.text(15, '123456789')}');\n`,
    ],
    [
      'src/feature.ts',
      () =>
        "export const cacheKey = 'user:profile:v2';\nexport const storageKey = 'shop.settings.2024';\nconst partitionKey = 'tenantId';\nconst primaryKey = 'id_2';\n",
    ],
    [
      'src/keyboard.js',
      () =>
        "if (event.key === 'Enter' && event.code === 'NumpadEnter') submit();\nconst shortcut = { key: 'Ctrl+Shift+K2' };\n",
    ],
    [
      'src/pagination.ts',
      (r) => `const nextPageToken = '${r.base64url(40)}';\nconst csrfToken = '${r.hex(32)}';\n`,
    ],
  ],
};

/** Everything that looks like a secret and is none, each in a folder of its own. */
export const lookAlikes = (random: SeededRandom): readonly LookAlike[] =>
  Object.entries(kinds).flatMap(([kind, files], group) =>
    files.map(([file, make], index) => ({ kind, file: `l${group}-${index}/${file}`, text: make(random) })),
  );
