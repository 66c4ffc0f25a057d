import type { Logger } from '@strongroom/core';

/** Says what should not be missed: to the logger, or without one as a Node.js process warning. */
export function warn(code: string, text: string, logger: Logger | undefined): void {
  if (logger === undefined) process.emitWarning(text, { type: 'StrongroomWarning', code });
  else logger.warn({ code }, text);
}
