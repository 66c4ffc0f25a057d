import { expect, test } from 'vitest';
import { isAddress, parseAddress } from './address.js';

const parsed = (text: string) => {
  const address = parseAddress(text, 'VAULT_ADDR');
  if (!isAddress(address)) throw new Error(address.reason);
  return address;
};

test('takes an address apart', () => {
  expect(parsed('https://vault.example.com')).toEqual({
    protocol: 'https:',
    hostname: 'vault.example.com',
    port: 443,
    host: 'vault.example.com',
    prefix: '',
    text: 'https://vault.example.com',
  });
  expect(parsed('HTTPS://Vault.example.com:8200/team/vault//')).toMatchObject({
    port: 8200,
    host: 'vault.example.com:8200',
    prefix: '/team/vault',
    text: 'https://vault.example.com:8200/team/vault',
  });
  expect(parsed('http://[::1]:8200')).toMatchObject({ hostname: '::1', host: '[::1]:8200' });
});

test.each([
  'http://127.0.0.1:8200',
  'http://localhost:8200',
  'http://127.8.9.10',
  'http://[::1]',
  'http://0x7f.1',
])('lets plain http stay on this machine: %s', (text) => {
  expect(isAddress(parseAddress(text, 'VAULT_ADDR'))).toBe(true);
});

test.each([
  'http://vault.example.com',
  'http://10.0.0.1',
  'http://127.0.0.1.example.com',
  'http://0.0.0.0',
  'http://[::2]',
])('refuses plain http to elsewhere, unless code allows it: %s', (text) => {
  expect(parseAddress(text, 'VAULT_ADDR')).toMatchObject({
    name: 'VAULT_ADDR',
    reason: expect.stringContaining('over plain http'),
    hints: [expect.stringContaining('allowInsecureHttp')],
  });
  expect(isAddress(parseAddress(text, 'VAULT_ADDR', true))).toBe(true);
});

test.each([
  ['vault.example.com:8200', 'begins with neither'],
  ['ftp://vault.example.com', 'begins with neither'],
  ['unix:/run/vault.sock', 'Unix socket'],
  ['unix://run/vault.sock', 'Unix socket'],
  [`unix:///${'x'.repeat(110)}`, 'longer path'],
  ['https://', 'not a valid URL'],
  ['https://vault.example.com:99999', 'not a valid URL'],
  ['https://vault.example.com\n', 'line break'],
  [' https://vault.example.com', 'space'],
  ['https://vault.example.com?x=1', 'query'],
  ['https://vault.example.com?', 'query'],
  ['https://vault.example.com/#x', 'fragment'],
  ['https://vault.example.com/v1/', '/v1'],
])('says what is wrong with %j', (text, reason) => {
  expect(parseAddress(text, 'VAULT_ADDR')).toMatchObject({
    code: 'SETTINGS_INVALID',
    reason: expect.stringContaining(reason),
  });
});

test('never repeats credentials, nor a text that may be a token', () => {
  for (const text of [
    'https://user:hunter2@vault.example.com',
    'https://hunter2@x',
    'hunter2',
    'http//u:hunter2@x',
  ]) {
    expect(JSON.stringify(parseAddress(text, 'VAULT_ADDR'))).not.toContain('hunter2');
    expect(isAddress(parseAddress(text, 'VAULT_ADDR'))).toBe(false);
  }
});
