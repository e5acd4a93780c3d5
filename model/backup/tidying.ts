// What is older than the last complete snapshot is of no use to any host: each copy is told so, and
// again after a while, for hosts have room for few cuts and may have been away. Which copies there
// are is read from the map.
import { type Ns, nsPerSec, type Outbox, type Self } from '../../sim/index.ts';
import { type AuthorityContact, askNext } from '../authority-contact.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ArchivedSnapshot } from '../messages/archive.ts';
import type { CutStep } from '../messages/cuts.ts';
import type { Surveyed } from '../messages/surveys.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';

/** How long a copy that did not hear of it keeps what is of no use (assumed). */
const againNs: Ns = nsPerSec;

/** What was said last. */
export interface Tidying {
  /** The snapshot before which nothing is kept; empty before the first. */
  cut: string;
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
  return { cut: '', atNs: 0, isReading: false, found: new Map() };
}

/** An independent copy for a fork. */
export function copyTidying(tidying: Tidying): Tidying {
  return { ...tidying, found: new Map(tidying.found) };
}

/** Begins to tell all copies, if there is news or the last time was long ago. */
export function tidy(step: TidyStep, listed: readonly ArchivedSnapshot[]): void {
  const { tidying, authority, volume, self } = step;
  const cut = listed.findLast(({ state }) => state === 'completed')?.snapshot;
  if (cut === undefined) return;
  if (cut === tidying.cut && self.nowNs() - tidying.atNs < againNs) return;
  if (tidying.isReading) askNext(authority);
  tidying.cut = cut;
  tidying.atNs = self.nowNs();
  tidying.isReading = true;
  beginSurvey({ ...step, found: tidying.found }, [volume]);
}

/** Takes a page of the map; after the last one all copies are told. */
export function onTidyPage(step: TidyStep, page: Surveyed): void {
  const { tidying, volume, out } = step;
  const { found, cut } = tidying;
  if (!tidying.isReading || !takePage({ ...step, found }, page)) return;
  tidying.isReading = false;
  for (const { range, version: cfgEpoch, replicas } of entriesOf({ found }, volume)) {
    for (const { host, slot, gen } of replicas) {
      const place = { volume, range, slot, gen, cfgEpoch, cut, cutEpoch: 0 };
      const message: CutStep = { type: 'cut.step', phase: 'forget', ...place, line: null };
      out.send(host, message);
    }
  }
}
