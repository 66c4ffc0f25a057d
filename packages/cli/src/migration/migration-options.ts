import { Option } from '@commander-js/extra-typings';
import { commandOf, type Example } from '../common-options.js';
import { nameList } from '../name-list.js';
import type { VerbName } from '../verbs.js';
import { mappings } from './mappings.js';

/** Begins the definition of a verb that plans, shows, asks and writes. */
export const migrationCommand = (name: VerbName, description: string, examples: readonly Example[]) =>
  commandOf(name, description, examples)
    .option('--dry-run', 'show the plan, and change nothing')
    .option('--yes', 'do not ask')
    .addOption(
      new Option(
        '--on-conflict <who>',
        'who wins where Vault holds something else (default: vault, and end with 6)',
      ).choices(['vault', 'source', 'ask', 'fail']),
    )
    .option('--only <names>', 'these names only, with commas between them', nameList)
    .option(
      '--include <names>',
      'move these too, which the definition lacks or has as no secrets; with commas between them',
      nameList,
    )
    .option('--map <name=to>', 'the setting, or the group/key, that a name stands for', mappings)
    .option(
      '--save-plan <file>',
      'save the plan, which holds no values, and its key beside it; change nothing',
    )
    .option('--plan <file>', 'apply a saved plan; it is refused when the source or Vault changed since')
    .option(
      '--journal <file>',
      'the journal (default: one for each migration, in .strongroom beside the configuration)',
    );
