// How somebody who holds no volume learns the map: page by page, volume by volume.
import type { Outbox } from '../sim/index.ts';
import { type AuthorityContact, memberAsked } from './authority-contact.ts';
import type { MapEntry, VolumeId } from './map-entry.ts';
import type { Survey, Surveyed } from './messages/surveys.ts';

/** A volume as it was last learned. */
export interface SurveyedVolume {
  readonly volume: VolumeId;
  readonly session: number;
  readonly replicaCount: number;
  readonly entries: readonly MapEntry[];
}

/** Who learns the map, in one step. */
export interface SurveyStep {
  /** What the survey under way has found so far. */
  readonly found: Map<VolumeId, SurveyedVolume>;
  readonly authority: AuthorityContact;
  readonly out: Outbox;
}

/** What is known of a volume's map so far. */
export function entriesOf(
  { found }: Pick<SurveyStep, 'found'>,
  volume: VolumeId,
): readonly MapEntry[] {
  return found.get(volume)?.entries ?? [];
}

/** Begins to learn the map of these volumes anew. */
export function beginSurvey(step: SurveyStep, volumes: readonly VolumeId[]): void {
  for (const volume of volumes) {
    step.found.delete(volume);
    survey(step, volume, 0);
  }
}

/**
 * Takes a page; answers whether this was the last one of its volume. Pages may be of different
 * versions: an entry that changed meanwhile is refused later.
 */
export function takePage(step: SurveyStep, page: Surveyed): boolean {
  const { volume, session, replicaCount, firstRange, rangeCount } = page;
  const before = entriesOf(step, volume);
  if (firstRange !== before.length) return false;
  const entries = [...before, ...page.entries];
  step.found.set(volume, { volume, session, replicaCount, entries });
  if (entries.length < rangeCount && page.entries.length > 0) survey(step, volume, entries.length);
  return entries.length >= rangeCount;
}

function survey({ authority, out }: SurveyStep, volume: VolumeId, firstRange: number): void {
  const message: Survey = { type: 'survey', volume, firstRange };
  out.send(memberAsked(authority), message);
}
