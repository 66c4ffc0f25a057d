import {
  checkDefinition,
  checkOptions,
  checkTimes,
  chosenNames,
  type Declarations,
  type Definition,
  resolverDefaults,
  SourceError,
  StrongroomError,
  systemClock,
} from '@strongroom/core';
import { type ReceivedOptions, ReceivedSettings, readHandover } from '@strongroom/core/handover';
import { type Link, linkToPrimary } from './link.js';

export interface ReceiveOptions<N extends string = string> extends Pick<ReceivedOptions, 'logger'> {
  /** The settings that are needed here, by name; no other is handed over. @default all of the definition */
  readonly only?: readonly N[];
  /** How long the first ones may take, in milliseconds. @default 15000 */
  readonly startDeadlineMs?: number;
}

/** How long after one ask the next one follows, in milliseconds, as long as nobody answers. */
const askEveryMs = 250;

/**
 * Gets the settings that another thread or the parent process hands over with `shareSettings`. They are validated by
 * the definition, follow every change, and say where each value comes from; no source is asked here. A child process
 * is kept alive by them until they are closed, or its channel is; a thread is not.
 *
 * @returns a resolver, loaded
 * @throws ConfigurationError where a setting is not handed over, or not valid here
 * @throws SourceError `SOURCE_UNAVAILABLE` when nothing was handed over in time
 * @throws StrongroomError `DEFINITION_INVALID` in a program that nobody can hand anything to, for what is no
 *   definition, for an option that there is not and for a name that is no setting's
 * @example
 * const settings = await receiveSettings(definition, { only: ['DATABASE_URL'] });
 */
export async function receiveSettings<
  T extends Declarations,
  E extends string,
  const K extends keyof T & string = keyof T & string,
>(definition: Definition<T, E>, options: ReceiveOptions<K> = {}): Promise<ReceivedSettings<Pick<T, K>>> {
  checkDefinition('receiveSettings()', definition);
  checkOptions('receiveSettings()', options, { only: true, startDeadlineMs: true, logger: true });
  const { only, startDeadlineMs = resolverDefaults.startDeadlineMs, logger } = options;
  checkTimes({ startDeadlineMs });
  const { application } = definition;
  const names = chosenNames('receiveSettings()', definition.settings, only);
  const wanted = partOf<T, K>(definition, names);
  let link: Link | undefined;
  let asking: NodeJS.Timeout | undefined;
  let callOff: (() => void) | undefined;
  let received: ReceivedSettings<Pick<T, K>> | undefined;
  try {
    received = await new Promise<ReceivedSettings<Pick<T, K>>>((resolve, reject) => {
      link = linkToPrimary({
        heard(text) {
          const handover = readHandover(text);
          if (handover === undefined || handover.application !== application) return;
          if (received !== undefined) return received.receive(handover);
          try {
            received = new ReceivedSettings(wanted, handover, {
              startDeadlineMs,
              ...(logger === undefined ? {} : { logger }),
            });
            resolve(received);
          } catch (error) {
            reject(error);
          }
        },
        lost() {
          if (received === undefined) reject(unheard('the channel was closed'));
          else received.lose(`whoever handed over the settings of ${application} does so no longer`);
        },
      });
      if (link === undefined) reject(nobody());
      const ask = () => link?.ask({ application, names: [...names] });
      ask();
      asking = setInterval(ask, askEveryMs);
      callOff = systemClock.after(startDeadlineMs, () =>
        reject(unheard(`no answer within ${startDeadlineMs / 1000} s`)),
      );
    }).finally(() => {
      clearInterval(asking);
      callOff?.();
    });
    received.events.once('closed', () => link?.end());
    await received.load();
    return received;
  } catch (error) {
    link?.end();
    await received?.close();
    throw error;
  }

  function unheard(why: string): SourceError {
    const hint = `Call shareSettings(settings, worker) where this is started, with loaded settings of ${application}.`;
    return new SourceError(
      'SOURCE_UNAVAILABLE',
      `The settings of ${application} were not handed over: ${why}. ${hint}`,
      { hint },
    );
  }
}

const nobody = (): StrongroomError =>
  new StrongroomError(
    'DEFINITION_INVALID',
    'receiveSettings() is for a thread, or for a process that was started with a channel: use loadSettings() here',
  );

/** The definition of some of the settings. */
function partOf<T extends Declarations, K extends keyof T & string>(
  { application, environments, settings }: Definition<T>,
  names: ReadonlySet<string>,
): Definition<Pick<T, K>> {
  const some = Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
  return Object.freeze({
    application,
    environments,
    // Object.fromEntries forgets which key belongs to which setting.
    settings: Object.freeze(some) as unknown as Definition<Pick<T, K>>['settings'],
  });
}
