// What is older than the last complete snapshot is of no use to any host, nor is what was deleted
// before it was uploaded: each copy is told so, and again after a while, for hosts have room for
// few cuts and may have been away. Which copies there are is read from the map.
//
// What a copy kept for a deleted cut it still keeps for the complete one before, which the next
// upload is a delta of. Where several were deleted in a row that one is let go, too, before there
// is no room to cut the volume again: then the next upload is no delta.
import { type Ns, nsPerSec, type Outbox, type Self } from '../../sim/index.ts';
import { type AuthorityContact, askNext } from '../authority-contact.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ArchivedSnapshot } from '../messages/archive.ts';
import type { CutStep } from '../messages/cuts.ts';
import type { Surveyed } from '../messages/surveys.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';
import { deletedCuts, type Lineage } from './following.ts';

/** How long a copy that did not hear of it keeps what is of no use (assumed). */
const againNs: Ns = nsPerSec;
/** Deleted cuts in a row that hosts keep room for: half of what they have (assumed). */
const keptMax = 2;
/** More of them are not told of at once: older ones were told of before (assumed). */
const toldMax = 8;

/** What is of no use to copies. */
interface TidyNews {
  /** The snapshot before which nothing is kept; null before the first. */
  readonly forget: string | null;
  /** Cuts that nobody wants. */
  readonly release: readonly string[];
}

/** What was said last. */
export interface Tidying {
  /** What copies were told, or are about to be; nothing before the first. */
  news: TidyNews;
  atNs: Ns;
  /** The map is being read for it. */
  isReading: boolean;
  readonly found: Map<VolumeId, SurveyedVolume>;
}

/** Who tidies, in one step. */
interface TidyStep {
  readonly tidying: Tidying;
  readonly volume: VolumeId;
  readonly authority: AuthorityContact;
  readonly self: Self;
  readonly out: Outbox;
}

/** Nothing was said yet. */
export function noTidying(): Tidying {
  return { news: { forget: null, release: [] }, atNs: 0, isReading: false, found: new Map() };
}

/** An independent copy for a fork. */
export function copyTidying(tidying: Tidying): Tidying {
  return { ...tidying, found: new Map(tidying.found) };
}

/** Begins to tell all copies, if there is news or the last time was long ago. */
export function tidy(
  step: TidyStep,
  listed: readonly ArchivedSnapshot[],
  lineage: Lineage | null,
): void {
  const { tidying, authority, volume, self } = step;
  const news = newsOf(listed, lineage);
  if (news.forget === null && news.release.length === 0) return;
  if (isSame(news, tidying.news) && self.nowNs() - tidying.atNs < againNs) return;
  if (tidying.isReading) askNext(authority);
  tidying.news = news;
  tidying.atNs = self.nowNs();
  tidying.isReading = true;
  beginSurvey({ ...step, found: tidying.found }, [volume]);
}

function newsOf(listed: readonly ArchivedSnapshot[], lineage: Lineage | null): TidyNews {
  const forget = listed.findLast(({ state }) => state === 'completed')?.snapshot ?? null;
  if (lineage === null) return { forget, release: [] };
  const behind = lineage.chain.findLastIndex(({ cut }) => cut === forget) + 1;
  const gone = [...deletedCuts({ ...lineage, chain: lineage.chain.slice(behind) })];
  const isBaseKept = forget === null || gone.length <= keptMax;
  return { forget, release: [...(isBaseKept ? [] : [forget]), ...gone.slice(-toldMax)] };
}

function isSame(one: TidyNews, other: TidyNews): boolean {
  return one.forget === other.forget && one.release.join() === other.release.join();
}

/** Takes a page of the map; after the last one all copies are told. */
export function onTidyPage(step: TidyStep, page: Surveyed): void {
  const { tidying, volume, out } = step;
  const { found, news } = tidying;
  if (!tidying.isReading || !takePage({ ...step, found }, page)) return;
  tidying.isReading = false;
  const forgotten = news.forget === null ? [] : [['forget', news.forget] as const];
  const all = [...forgotten, ...news.release.map((cut) => ['release', cut] as const)];
  for (const { range, version: cfgEpoch, replicas } of entriesOf({ found }, volume)) {
    for (const { host, slot, gen } of replicas) {
      for (const [phase, cut] of all) {
        const place = { volume, range, slot, gen, cfgEpoch, cut, cutEpoch: 0 };
        const message: CutStep = { type: 'cut.step', phase, ...place, line: null };
        out.send(host, message);
      }
    }
  }
}
