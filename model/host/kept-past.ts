// A copy that was moved away, and took part in cuts whose snapshots are still to be uploaded:
// nobody else has what they hold. It serves no client any more, is in no map ever again, and can be
// read as of its cuts until who looks after the snapshots of its volume says that they are over.
//
//   live -> the map names it no more -> past -> all of its cuts are over -------------> free
//                                        |                                              ^
//                                        +-> nobody knows of them for a while ----------+
//
// A cut that is not published yet is not known, one that is void never is; and who would know may
// be away. So what is not known is kept for a while only. After a restart that begins anew.
import { type Ns, nsPerSec } from '../../sim/index.ts';
import type { AskCuts, CutFound, CutsTold, FindCut } from '../messages/cuts.ts';
import { emptied, pastOf, type SlotHeader } from './extent-store.ts';
import { writeHeader } from './headers.ts';
import type { HostStep, Slot } from './state.ts';

/**
 * So long a past that nobody is known to want is kept: longer than it takes to publish a snapshot
 * (10 s at most), or to start the one anew that would know (assumed).
 */
export const pastKeptNs: Ns = 30 * nsPerSec;

/** No map names a slot any more: it is free, unless its past may be wanted. */
export function endTenancy(step: HostStep, slot: Slot): void {
  const { header } = slot;
  if (header.state === 'past') return;
  const { mutants, keepers } = step.state.input;
  const keeper = keepers.get(header.volume ?? '');
  // The variant that does not look for what is still to be uploaded.
  const isKept = keeper !== undefined && !mutants.has('past-freed-at-once');
  if (!isKept || cutsOf(header).length === 0) {
    writeHeader(step, slot, emptied(header));
    return;
  }
  slot.touchedNs = step.self.nowNs();
  writeHeader(step, slot, pastOf(header));
  ask(step, [slot]);
}

/** Asks what of the past is still wanted, and gives up what nobody has known for long. */
export function reviewPast(step: HostStep): void {
  const past = step.state.slots.filter(({ header }) => header.state === 'past');
  const nowNs = step.self.nowNs();
  const isDue = ({ header, touchedNs }: Slot) =>
    nowNs - touchedNs >= pastKeptNs || cutsOf(header).length === 0;
  for (const slot of past.filter(isDue)) giveUp(step, slot);
  ask(
    step,
    past.filter((slot) => !isDue(slot)),
  );
}

function ask({ state, out }: HostStep, slots: readonly Slot[]): void {
  const asked = new Map<string, Set<string>>();
  for (const { header } of slots) {
    const volume = header.volume ?? '';
    asked.set(volume, new Set([...(asked.get(volume) ?? []), ...cutsOf(header)]));
  }
  for (const [volume, cuts] of asked) {
    const message: AskCuts = { type: 'cuts.ask', volume, cuts: [...cuts] };
    const keeper = state.input.keepers.get(volume);
    if (keeper !== undefined) out.send(keeper, message);
  }
}

/** It is known of some cuts whether they are still to be uploaded. */
export function onCutsTold(step: HostStep, { volume, wanted, over }: CutsTold): void {
  for (const slot of step.state.slots) {
    if (slot.header.state !== 'past' || slot.header.volume !== volume) continue;
    const cuts = cutsOf(slot.header);
    if (cuts.some((cut) => wanted.includes(cut))) slot.touchedNs = step.self.nowNs();
    else if (cuts.every((cut) => over.includes(cut))) giveUp(step, slot);
  }
}

function giveUp(step: HostStep, slot: Slot): void {
  if (slot.headerWriting === null) writeHeader(step, slot, emptied(slot.header));
}

function cutsOf({ cuts }: SlotHeader): readonly string[] {
  return (cuts?.shadows ?? []).flatMap(({ cut }) => cut ?? []);
}

/** Says which copies took part in a cut; nothing while it cannot tell of all. */
export function takeFindCut(step: HostStep, { volume, cut }: FindCut, from: string): void {
  const { slots } = step.state;
  if (slots.some(({ unread }) => unread !== null)) return;
  const having = slots.filter(
    ({ header }) => header.volume === volume && cutsOf(header).includes(cut),
  );
  const copies = having.map(({ index: slot, header: { range, gen } }) => {
    return { range, copy: { host: step.self.id, slot, gen } };
  });
  const found: CutFound = { type: 'cut.found', cut, copies };
  step.out.send(from, found);
}
