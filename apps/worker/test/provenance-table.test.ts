import type { SettingExplanation } from '@strongroom/core';
import { expect, it } from 'vitest';
import { provenanceTable } from '../src/provenance-table.js';

const explanation = (name: string, parts: Partial<SettingExplanation>): SettingExplanation => ({
  name,
  kind: 'secret',
  source: 'vault',
  locator: undefined,
  version: 1,
  readAt: undefined,
  freshness: 'fresh',
  overrides: [],
  sources: [],
  ...parts,
});

const folder = 'secret/pake_system/development';
const explanations = [
  explanation('DATABASE_URL', { locator: `${folder}/database#url` }),
  explanation('API_KEY', { locator: `${folder}/api_keys#firecrawl_api_key`, version: 2 }),
  explanation('PORT', { kind: 'plain', source: 'defaults', locator: 'default', version: undefined }),
];
const shown = { DATABASE_URL: '[secret]', API_KEY: '[secret]', PORT: 8000 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are told by them
const plainly = (text: string) => text.replace(/\u001b\[\d+m/g, '');

it('names whole paths where there is room', () => {
  expect(plainly(provenanceTable(explanations, shown))).toMatchInlineSnapshot(`
    "SETTING       VALUE     SOURCE    WHERE
    DATABASE_URL  [secret]  vault     secret/pake_system/development/database#url v1
    API_KEY       [secret]  vault     secret/pake_system/development/api_keys#firecrawl_api_key v2
    PORT          8000      defaults  default"
  `);
});

it('says the folder that the secrets share once where there is none', () => {
  const table = plainly(provenanceTable(explanations, shown, 80));
  expect(table).toMatchInlineSnapshot(`
    "SETTING       VALUE     SOURCE    WHERE
    DATABASE_URL  [secret]  vault     …/database#url v1
    API_KEY       [secret]  vault     …/api_keys#firecrawl_api_key v2
    PORT          8000      defaults  default

    … is secret/pake_system/development"
  `);
});
