import type { Place } from '@strongroom/core';
import { markerName } from '@strongroom/vault';

/** The place that a text of the form `group/key` names; undefined for any other text. */
export function placeIn(text: string): Place | undefined {
  const [, group, key] = /^([^/\p{C}]+(?:\/[^/\p{C}]+)*)\/([^/\p{C}]+)$/u.exec(text) ?? [];
  if (group === undefined || key === undefined) return undefined;
  const segments = [...group.split('/'), key];
  return segments.some((segment) => segment === '.' || segment === '..') ? undefined : { group, key };
}

/** Whether a place is the version marker's, where no setting may lie. */
export const isReserved = ({ group }: Place): boolean =>
  group === markerName || group.startsWith(`${markerName}/`);
