import { checkOptions } from '../configuration-problem.js';
import { VaultError } from '../vault-error.js';
import { type AuthMethod, mountOf, named } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

/** What a request to AWS is signed with; the shape of the AWS SDK's credential providers. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface AwsOptions {
  /** @default the role that is named as the IAM principal */
  readonly role?: Credential;
  /** Asked at each login, such as `fromNodeProviderChain()` of the AWS SDK. */
  readonly credentials: () => AwsCredentials | Promise<AwsCredentials>;
  /** The region whose STS endpoint the request is signed for. */
  readonly region: Credential;
  /** The value of `X-Vault-AWS-IAM-Server-ID`, when Vault asks for one. */
  readonly serverId?: Credential;
  /** @default 'aws' */
  readonly mount?: string;
}

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Logs in as an IAM principal of AWS: Vault gets a signed request for `sts:GetCallerIdentity`, and makes it.
 * Signing is done by the package `aws4`, an optional peer dependency.
 */
export function aws(options: AwsOptions): AuthMethod {
  checkOptions('aws()', options, {
    role: true,
    credentials: true,
    region: true,
    serverId: true,
    mount: true,
  });
  const { role, credentials, region, serverId, mount = 'aws' } = options;
  return named('aws', async ({ address, login }) => {
    const sign = await loadSigner(address);
    const text = (credential: Credential, what: string) => readCredential(credential, what, address);
    const where = await text(region, 'the region of AWS');
    const host = stsHost(where, address);
    const { headers } = sign(
      {
        host,
        service: 'sts',
        region: where,
        method: 'POST',
        path: '/',
        body,
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
          ...(serverId === undefined
            ? {}
            : { 'X-Vault-AWS-IAM-Server-ID': await text(serverId, 'the server id') }),
        },
      },
      await readCredentials(credentials, address),
    );
    return login(
      `auth/${mountOf(mount)}/login`,
      {
        ...(role === undefined ? {} : { role: await text(role, 'the role') }),
        iam_http_request_method: 'POST',
        iam_request_url: base64(`https://${host}/`),
        iam_request_body: base64(body),
        iam_request_headers: base64(JSON.stringify(headers)),
      },
      {
        hint: 'Check the role and its bound principals, the credentials of AWS and the clock of this machine, the region (Vault must use the same STS endpoint), the server id, and the mount of the AWS auth method.',
      },
    );
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The regional endpoint: a request that is signed for one region is no good at the endpoint of another. */
function stsHost(region: string, address: string): string {
  if (/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region)) {
    return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  }
  throw new VaultError('SOURCE_DENIED', 'the region of AWS is none', {
    address,
    hint: 'Give a region such as eu-central-1 (AWS_REGION).',
  });
}

async function readCredentials(
  credentials: AwsOptions['credentials'],
  address: string,
): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }> {
  const given = await Promise.resolve()
    .then(credentials)
    .catch(() => undefined);
  if (given?.accessKeyId && given.secretAccessKey) {
    const { accessKeyId, secretAccessKey, sessionToken } = given;
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  }
  throw new VaultError('SOURCE_DENIED', 'there are no credentials of AWS', {
    address,
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a credential provider of the AWS SDK in code.',
  });
}

async function loadSigner(address: string): Promise<typeof import('aws4').sign> {
  try {
    const { default: aws4 } = await import('aws4');
    return aws4.sign;
  } catch {
    throw new VaultError('SOURCE_DENIED', 'the package aws4, which signs requests to AWS, is not installed', {
      address,
      hint: 'Install it: npm install aws4.',
    });
  }
}
