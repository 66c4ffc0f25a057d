import type { ProposedSetting } from '@strongroom/migrate';

/** What a definition is written from. */
export interface DefinitionPlan {
  readonly application: string;
  readonly environments: readonly string[];
  readonly settings: readonly ProposedSetting[];
}

/** The source of a module that exports the definition. It holds names, places and forms, and no value. */
export function definitionSource({ application, environments, settings }: DefinitionPlan): string {
  const lines = settings.map((setting) => `    ${setting.name}: ${declaration(setting)},`);
  const body = lines.join('\n');
  const kinds = (['plain', 'secret'] as const).filter((kind) => body.includes(` ${kind}(`));
  const zod = body.includes('z.') ? "import { z } from 'zod';\n" : '';
  return `import { ${['defineSettings', ...kinds].join(', ')} } from '@strongroom/core';
${zod}
// A secret says its place in Vault as group/key: secret/${application}/<environment>/<group>, key <key>.
export const definition = defineSettings({
  application: ${quoted(application)},
  environments: [${environments.map(quoted).join(', ')}],
  settings: {
${body}
  },
});
`;
}

/**
 * The source of the configuration of the command.
 *
 * @param envFile the `.env` file that the application reads, if it is known to
 */
export function configSource(definitionModule: string, envFile: string | undefined): string {
  const options =
    envFile === undefined
      ? '{ definition }'
      : `{
  definition,
  // What the application reads as well, by node --env-file or dotenv. It need not be there.
  envFile: ${quoted(envFile)},
}`;
  return `import { defineConfig } from 'strongroom';
import { definition } from '${definitionModule}';

export default defineConfig(${options});
`;
}

function declaration({ kind, place, form, optional }: ProposedSetting): string {
  const schema = optional ? `${schemas[form] ?? 'z.string()'}.optional()` : schemas[form];
  if (kind === 'plain' || place === undefined) return `plain(${schema ?? ''})`;
  return `secret(${[quoted(`${place.group}/${place.key}`), ...(schema === undefined ? [] : [schema])].join(', ')})`;
}

/** Text that is not empty needs no schema. */
const schemas: Readonly<Record<ProposedSetting['form'], string | undefined>> = {
  text: undefined,
  url: 'z.url()',
  integer: 'z.int()',
  number: 'z.number()',
  boolean: 'z.boolean()',
};

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
