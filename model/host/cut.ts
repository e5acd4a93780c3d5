// A cut of a volume, at the hosts that have it. Who cuts goes through four steps with all of them:
//
//   reserve  every member finds a slot that will keep what is overwritten from then on (shadows.ts)
//   hold     every head lets no write begin, and answers when those that had begun are answered
//   commit   every member names the shadow in its header, durably, while it stores nothing
//   open     every head lets writes go on, and says whether they have waited all the time
//
// The cut counts only if every answer was a yes. A gate opens by itself after a while, or dies with
// its host: then `open` is answered with a no and the cut is void. Its shadows stay where they were
// committed, as those of a cut that nobody ever asks about, until who made it makes another one:
// that says which of the earlier ones are wanted, and the others are let go. However late that is
// heard, it is as true as when it was said, for what was given up is never taken up again.
//
// Why the contents at a cut that counts are those of a prefix of all writes. Let T be any instant
// between the last `held` and the first `commit`: at T every gate is closed, and it stays so until
// all members have committed. A copy's contents at its commit are what was stored there before.
//   - What was acknowledged before T is in: its head had it before it was held, and all members.
//   - What is in was begun before T: a head that is held begins nothing, and a copy stores nothing
//     else than what some head began, or what members hold already.
//   - So if one write is in, each that was acknowledged before that one was begun was acknowledged
//     before T, and is in, too. This needs all heads of the volume held at one instant: a cut range
//     by range would have a later write of one range and lack an earlier one of another.
//   - Another head may have taken over, which this one has not heard of. Then a member of the old
//     configuration has adopted the new one before anything was acknowledged under it, and refuses
//     to commit under the old one.
// A write that nobody was told of may be in at one copy and not at another: each is right. So what
// changed between two cuts is what changed at one and the same copy.
import { nsPerMs, nsPerSec } from '../../sim/index.ts';
import type { CutLine, CutStatus, CutStep, CutStepped } from '../messages/cuts.ts';
import { wakeWaiting } from './blocks.ts';
import { type CutHistory, isHead, isTenant, type Shadow } from './extent-store.ts';
import { hasStoresUnderWay, hasWritesUnderWay } from './gates.ts';
import { awaitHeader, changeHeader, writeHeader } from './headers.ts';
import { forgetAll, sweepShadows } from './shadows.ts';
import { reserveSlot } from './slots.ts';
import type { HostStep, Slot } from './state.ts';

/**
 * A gate that was closed for so long opens by itself: twice what a cut may take, and less than
 * after what a client asks again (assumed).
 */
const gateMaxNs = 400 * nsPerMs;
/** A shadow that was reserved and is not committed after so long is free again (assumed). */
const preparedNs = 5 * nsPerSec;
/** More cuts than this are not kept apart in one slot (assumed): then there is no space. */
const shadowMax = 4;

const noCuts: CutHistory = Object.freeze({ cutEpoch: 0, shadows: Object.freeze([]) });

/** A step and who asked for it. */
interface Asked {
  readonly message: CutStep;
  readonly from: string;
}

/** Does this host's part of a step. */
export function takeCutStep(step: HostStep, message: CutStep, from: string): void {
  const slot = step.state.slots[message.slot];
  const asked = { message, from };
  const status =
    slot === undefined ? 'stale-gen' : (refusalOf(step, slot, message) ?? act(step, slot, asked));
  if (status !== null) reply(step, asked, status);
}

// Null: the answer comes later.
function act(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  switch (asked.message.phase) {
    case 'reserve':
      return reserve(step, slot, asked);
    case 'hold':
      return hold(step, slot, asked);
    case 'commit':
      return commit(step, slot, asked);
    case 'open':
      return open(step, slot, asked.message);
    case 'release':
      return release(step, slot, asked);
    case 'forget':
      return forget(step, slot, asked);
  }
}

function reply(step: HostStep, { message, from }: Asked, status: CutStatus): void {
  const { phase, cut, range, slot } = message;
  const cutEpoch = step.state.slots[slot]?.header.cuts?.cutEpoch ?? 0;
  const stepped: CutStepped = { type: 'cut.stepped', phase, cut, range, status, cutEpoch };
  step.out.send(from, stepped);
}

function refusalOf({ state }: HostStep, slot: Slot, message: CutStep): CutStatus | null {
  const { header, unread } = slot;
  if (unread !== null) return 'busy';
  if (header.gen !== message.gen || !isTenant(header, message)) return 'stale-gen';
  const rules = state.input.volumes.get(message.volume);
  if (rules === undefined || rules.replication === 'client-quorum') return 'unsupported';
  // A copy whose host was down since the last flush may lack what was acknowledged.
  if (rules.durability === 'on-flush') return 'unsupported';
  return null;
}

function isOfConfig({ header }: Slot, { cfgEpoch }: CutStep): boolean {
  return header.state === 'live' && header.cfgEpoch === cfgEpoch;
}

function reserve(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  const { index, header, prepared } = slot;
  const { cut } = asked.message;
  if (!isOfConfig(slot, asked.message)) return 'wrong-epoch';
  if (prepared?.cut === cut) return 'ok';
  if (slot.gate !== null || slot.sealing !== null) return 'busy';
  if (releaseGivenUp(step, slot, asked)) return null;
  const untilNs = step.self.nowNs() + preparedNs;
  if (prepared !== null && step.self.nowNs() < prepared.untilNs) {
    // Who reserved it is gone, or slower: nothing was kept in it yet.
    slot.prepared = { ...prepared, cut, untilNs, isSpent: false };
    return 'ok';
  }
  if ((header.cuts ?? noCuts).shadows.length >= shadowMax) return 'no-space';
  const reserveId = `shadow of ${index}/${header.gen} for ${cut}`;
  const tenancy = { state: 'shadow', volume: null, range: 0, reserveId } as const;
  const shadow = reserveSlot(step, tenancy, asked);
  if (shadow === 'under way') return null;
  if (shadow === null) return 'no-space';
  slot.prepared = { cut, slot: shadow.index, gen: shadow.header.gen, untilNs, isSpent: false };
  return 'ok';
}

function hold(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  const { gate, prepared } = slot;
  const { cut } = asked.message;
  if (!isOfConfig(slot, asked.message) || !isHead(slot.header, step.self.id)) return 'wrong-epoch';
  if (prepared?.cut !== cut || prepared.isSpent) return 'missed';
  if (gate !== null && gate.message.cut !== cut) return 'busy';
  if (gate?.isHeld === true) return 'ok';
  const untilNs = gate?.untilNs ?? step.self.nowNs() + gateMaxNs;
  slot.gate = { ...asked, untilNs, isHeld: false };
  begin(step, slot);
  return null;
}

function commit(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  const { header, prepared, sealing } = slot;
  const { message } = asked;
  const { cutEpoch, shadows } = header.cuts ?? noCuts;
  if (shadows.some(({ cut }) => cut === message.cut)) {
    if (prepared?.cut === message.cut) onCommitted(step, slot, message);
    return 'ok';
  }
  if (prepared?.cut !== message.cut || message.cutEpoch <= cutEpoch) return 'missed';
  if (!isOfConfig(slot, message)) return 'wrong-epoch';
  slot.sealing = { ...asked, untilNs: sealing?.untilNs ?? step.self.nowNs() + gateMaxNs };
  begin(step, slot);
  return null;
}

function onCommitted(step: HostStep, slot: Slot, { cut, cutEpoch }: CutStep): void {
  const { volume, range, gen } = slot.header;
  step.out.mark('cut.committed', { volume, range, slot: slot.index, gen, cut, cutEpoch });
  slot.prepared = null;
  sweepShadows(step);
  unseal(step, slot);
}

function open(step: HostStep, slot: Slot, { cut }: CutStep): CutStatus {
  if (slot.openedCut === cut) return 'ok';
  if (slot.gate?.message.cut !== cut || !slot.gate.isHeld) return 'missed';
  slot.openedCut = cut;
  openGate(step, slot);
  return 'ok';
}

function release(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  const { cut } = asked.message;
  if (slot.gate?.message.cut === cut) openGate(step, slot);
  if (slot.prepared?.cut === cut) {
    slot.prepared = null;
    sweepShadows(step);
  }
  const { header, headerWriting } = slot;
  const isThere = (shadow: Shadow) => shadow.cut === cut;
  if (header.cuts === null || !header.cuts.shadows.some(isThere)) {
    // It may be on its way to the device: then it is let go when it is there.
    if (!headerWriting?.cuts?.shadows.some(isThere)) return 'ok';
    awaitHeader(slot, asked);
    return null;
  }
  // The variant that gives it up at once, with the changes that only it has.
  const isDropped = step.state.input.mutants.has('void-cut-dropped');
  const cuts = isDropped
    ? { ...header.cuts, shadows: header.cuts.shadows.filter((one) => one.cut !== cut) }
    : released(header.cuts, (one) => one.cut === cut);
  changeHeader(step, slot, { ...header, cuts }, asked);
  return null;
}

// What one keeps may be of use to an earlier cut: it goes when those before it are gone.
function released(cuts: CutHistory, isReleased: (one: Shadow) => boolean): CutHistory {
  const shadows = cuts.shadows.map((one) => (isReleased(one) ? { ...one, cut: null } : one));
  const firstNamed = shadows.findIndex((one) => one.cut !== null);
  return { ...cuts, shadows: firstNamed < 0 ? [] : shadows.slice(firstNamed) };
}

// Lets go, durably, of what the maker of a cut has given up; false when there is nothing of that.
function releaseGivenUp(step: HostStep, slot: Slot, asked: Asked): boolean {
  const { header, headerWriting, index } = slot;
  const { line } = asked.message;
  if (header.cuts === null || line === null) return false;
  const isReleased = (one: Shadow) => isGivenUp(one, line);
  const givenUp = header.cuts.shadows.filter(isReleased);
  if (givenUp.length === 0) return false;
  if (headerWriting === null) {
    const { volume, range, gen } = header;
    const place = { volume, range, slot: index, gen };
    for (const { cut } of givenUp) step.out.mark('cut.released', { ...place, cut, by: line.maker });
  }
  changeHeader(step, slot, { ...header, cuts: released(header.cuts, isReleased) }, asked);
  return true;
}

function isGivenUp({ cut, by }: Shadow, line: CutLine): boolean {
  if (cut === null || line.wanted.includes(cut)) return false;
  if (by.epoch !== null && line.epoch !== null && by.epoch < line.epoch) return true;
  if (by.maker !== line.maker) return false;
  return by.life < line.life || (by.life === line.life && by.number < line.number);
}

function forget(step: HostStep, slot: Slot, asked: Asked): CutStatus | null {
  const { header } = slot;
  const { shadows } = header.cuts ?? noCuts;
  const at = shadows.findIndex(({ cut }) => cut === asked.message.cut);
  if (header.cuts === null || at <= 0) {
    // Void cuts have left no room for another one, and only deltas from this one have use of them.
    const later = shadows.slice(1);
    if (at === 0 && shadows.length >= shadowMax && later.every(({ cut }) => cut === null)) {
      forgetAll(step, slot, 'full');
    }
    sweepShadows(step);
    return 'ok';
  }
  const cuts = { ...header.cuts, shadows: shadows.slice(at) };
  changeHeader(step, slot, { ...header, cuts }, asked);
  return null;
}

function begin(step: HostStep, slot: Slot): void {
  step.state.cutting.add(slot.index);
  step.out.setTimer('cut', gateMaxNs, { type: 'cut.due' });
}

/** Gates and commits go on as far as what is under way allows. */
export function advanceCuts(step: HostStep): void {
  for (const index of step.state.cutting) {
    const slot = step.state.slots[index]!;
    advanceGate(step, slot);
    advanceSealing(step, slot);
  }
}

function advanceGate(step: HostStep, slot: Slot): void {
  const { gate } = slot;
  if (gate === null || gate.isHeld || hasWritesUnderWay(step, slot)) return;
  slot.gate = { ...gate, isHeld: true };
  const { volume, range, gen, cut } = gate.message;
  step.out.mark('cut.held', { volume, range, slot: slot.index, gen, cut });
  reply(step, gate, 'ok');
}

function advanceSealing(step: HostStep, slot: Slot): void {
  const { header, sealing, prepared } = slot;
  if (sealing === null || slot.headerWriting !== null || hasStoresUnderWay(step, slot)) return;
  const { cut, cutEpoch, line } = sealing.message;
  if (prepared?.cut !== cut || line === null || !isOfConfig(slot, sealing.message)) {
    unseal(step, slot);
    return;
  }
  const { maker, life, number, epoch } = line;
  const by = { maker, life, number, epoch };
  const { shadows } = header.cuts ?? noCuts;
  const shadow: Shadow = { cut, by, cutEpoch, slot: prepared.slot, gen: prepared.gen };
  writeHeader(step, slot, { ...header, cuts: { cutEpoch, shadows: [...shadows, shadow] } });
  awaitHeader(slot, sealing);
}

/** What has waited too long is given up. */
export function expireCuts(step: HostStep): void {
  const nowNs = step.self.nowNs();
  for (const index of [...step.state.cutting]) {
    const slot = step.state.slots[index]!;
    if (slot.gate !== null && nowNs >= slot.gate.untilNs) openGate(step, slot);
    if (slot.sealing !== null && nowNs >= slot.sealing.untilNs) unseal(step, slot);
  }
  if (step.state.cutting.size > 0) step.out.setTimer('cut', gateMaxNs, { type: 'cut.due' });
}

function openGate(step: HostStep, slot: Slot): void {
  slot.gate = null;
  if (slot.prepared !== null) slot.prepared = { ...slot.prepared, isSpent: true };
  endIfIdle(step, slot);
}

function unseal(step: HostStep, slot: Slot): void {
  slot.sealing = null;
  endIfIdle(step, slot);
}

function endIfIdle(step: HostStep, slot: Slot): void {
  if (slot.gate === null && slot.sealing === null) step.state.cutting.delete(slot.index);
  wakeWaiting(step, slot);
}
