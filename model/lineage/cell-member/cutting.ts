// A snapshot with contents: the volume is cut first, and only a cut that counts is recorded.
//
//   take --> round that reads: n snapshots --> cut --taken--> round that takes, if still n
//                 ^                             |                  |
//                 +---- wait, by chance --------+ void             +-- more by now: cut again
//
// So each snapshot was cut after all that stand before it in the lineage were taken, and before it
// stands there itself: what was acknowledged before it was asked for is in it, and nothing that was
// begun after it was acknowledged. A cut that nobody records is let go by the hosts. One whose fate
// is unknown, or whose member died, is kept until the same member makes another one: by then it has
// led a whole round of its own, so what it had proposed before is in that record or can never be
// in any, and what is not in it nobody wants, nor what was taken for a request that was given up
// since. Of members that never come back one each stays until the next snapshot is complete, or
// until the volume is active in another epoch: then no cell can take it any more.
//
// Whoever takes answers questions meanwhile. Takes of a volume wait for each other here; cuts that
// other members of the cell make at the same time make each other void, and are begun again.
import { type Ns, nsPerMs } from '../../../sim/index.ts';
import { type CutInput, cut } from '../../cut/cut.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { CutDisowned, CutEnded } from '../../messages/cuts.ts';
import type { CellRecord } from '../cell-record.ts';
import { askForRoot, beginAgainNs, hasBegun } from './beginning.ts';
import { askForLease } from './cell-lease.ts';
import type { Ask, Coordinator, MemberStep } from './state.ts';

/** Bound of the wait after a void cut, drawn: twenty cuts take as long (assumed). */
const cutAgainNs: Ns = 200 * nsPerMs;

/** A timer of a volume's cut. */
export interface CutDue {
  readonly type: 'cut.due';
  readonly volume: VolumeId;
}

/** A volume at a member that coordinates. */
export interface CutPlace {
  readonly volume: VolumeId;
  readonly coordinator: Coordinator;
}

/** Whether an ask is a take of a volume whose snapshots have contents. */
export function isCutFor({ state }: MemberStep, volume: VolumeId, { command }: Ask): boolean {
  if (command?.kind !== 'take') return false;
  return state.input.volumes.some(({ id, isCut }) => id === volume && isCut);
}

/** Whether a cut may be recorded: no snapshot was taken since it was begun. */
export function isNext({ state }: MemberStep, { made }: Ask, before: CellRecord): boolean {
  if (made === null) return false;
  if (state.input.mutants.has('cut-order-unchecked')) return true;
  return made.count === before.lineage.length;
}

/** Whether a record has the cut that was made for an ask. */
export function hasCut({ lineage }: CellRecord, { made }: Ask): boolean {
  return made !== null && lineage.some((snapshot) => snapshot.cut === made.cut);
}

/** Cuts the volume for a take that the record would grant, when it is its turn. */
export function cutFor(step: MemberStep, place: CutPlace, ask: Ask, record: CellRecord): void {
  const { coordinator } = place;
  const { cutting } = coordinator;
  if (cutting !== null && !isSameAsk(cutting.ask, ask)) {
    coordinator.cutAsks.push({ ...ask, made: null });
    return;
  }
  if (cutting?.made != null) disown(step, cutting.made.cut);
  // The variant that cuts what has not begun.
  if (hasBegun(step, place) || step.state.input.mutants.has('cut-before-beginning')) {
    beginCut(step, place, ask, record);
    return;
  }
  coordinator.cutting = { ask, made: null };
  askForRoot(step, place);
  setDue(step, place.volume, beginAgainNs);
}

function isSameAsk(one: Ask, other: Ask): boolean {
  return one.from === other.from && one.reqId === other.reqId;
}

function beginCut(
  step: MemberStep,
  { volume, coordinator }: CutPlace,
  ask: Ask,
  { lineage, epoch }: CellRecord,
): void {
  const { state, self, out } = step;
  coordinator.cutCount += 1;
  const number = coordinator.cutCount;
  const name = `${volume}@${self.id}.${self.incarnation}.${number}`;
  const made = { cut: name, count: lineage.length };
  coordinator.cutting = { ask, made };
  const { authorities, mutants } = state.input;
  const by = { parent: self.id, life: self.incarnation, number, epoch };
  // The variant that takes what was published for nobody's.
  const isForgetful = mutants.has('published-cuts-released');
  const wanted = isForgetful ? [] : wantedOf(lineage, coordinator.givenUp);
  const input: CutInput = { ...by, volume, cut: name, wanted, authorities };
  out.spawn(childOf(name), cut, input);
  setDue(step, volume, Math.max(1, ask.untilNs - self.nowNs()));
  // The variant that does not wait until the cut counts.
  if (mutants.has('take-before-cut')) coordinator.asks.unshift({ ...ask, made });
}

// What is taken stays in the record, also for a request that was given up before it was published.
function wantedOf(lineage: CellRecord['lineage'], givenUp: readonly string[]): readonly string[] {
  const isWanted = ({ request }: { readonly request: string }) => !givenUp.includes(request);
  return lineage.filter(isWanted).flatMap(({ cut: one }) => one ?? []);
}

function childOf(name: string): string {
  return `cut-${name}`;
}

function setDue({ out }: MemberStep, volume: VolumeId, delayNs: Ns): void {
  const due: CutDue = { type: 'cut.due', volume };
  out.setTimer(`cut ${volume}`, delayNs, due);
}

function disown({ self, out }: MemberStep, name: string): void {
  const disowned: CutDisowned = { type: 'cut.disowned' };
  out.send(`${self.id}/${childOf(name)}`, disowned);
}

/** The volume has begun: the take that waits for that goes on. */
export function resumeCutting({ out }: MemberStep, { volume, coordinator }: CutPlace): void {
  const { cutting, asks } = coordinator;
  if (cutting === null) return;
  out.cancelTimer(`cut ${volume}`);
  asks.push({ ...cutting.ask, made: null });
}

/** A cut counts, or is void. */
export function onCutEnded(step: MemberStep, { coordinator, volume }: CutPlace, ended: CutEnded) {
  const { self, out } = step;
  const { cutting } = coordinator;
  const { cut: name, status } = ended;
  if (status === 'void') out.stop(childOf(name));
  if (cutting?.made?.cut !== name) return;
  if (status === 'taken') {
    out.cancelTimer(`cut ${volume}`);
    const { ask, made } = cutting;
    coordinator.asks.unshift({ ...ask, made });
    return;
  }
  // Copies may be full of what was taken for requests that are given up: the authority knows them.
  askForLease(step, volume, false);
  coordinator.cutting = { ...cutting, made: null };
  const drawn = self.choose('cut.back-off', 65_536);
  setDue(step, volume, 1 + Math.floor((cutAgainNs * drawn) / 65_536));
}

/** It is time to cut again, or to give up. */
export function onCutDue(step: MemberStep, { coordinator }: CutPlace): void {
  const { cutting } = coordinator;
  if (cutting === null) return;
  coordinator.asks.push({ ...cutting.ask, made: null });
  if (cutting.made === null) return;
  disown(step, cutting.made.cut);
  coordinator.cutting = { ...cutting, made: null };
}

/** An ask is answered with a record, or nobody knows (null): the next take has its turn. */
export function endCutting(
  step: MemberStep,
  { volume, coordinator }: CutPlace,
  ask: Ask,
  record: CellRecord | null,
): void {
  const { cutting, cutAsks, asks } = coordinator;
  if (cutting === null || !isSameAsk(cutting.ask, ask)) return;
  step.out.cancelTimer(`cut ${volume}`);
  const made = cutting.made;
  if (made !== null) {
    const isLate = step.state.input.mutants.has('take-before-cut');
    if (record !== null && !hasCut(record, { ...ask, made })) disown(step, made.cut);
    else if (!isLate) step.out.stop(childOf(made.cut));
  }
  coordinator.cutting = null;
  // The latest has the most patience left: where more is asked for than can be cut, the oldest
  // first would have each turn come too late (B. Maurer, "Fail at Scale", ACM Queue 2015).
  const next = cutAsks.pop();
  if (next !== undefined) asks.push(next);
}

/** Nothing is taken any more, for now. */
export function dropCutting(step: MemberStep, { volume, coordinator }: CutPlace): readonly Ask[] {
  const { cutting, cutAsks } = coordinator;
  step.out.cancelTimer(`cut ${volume}`);
  if (cutting?.made != null) disown(step, cutting.made.cut);
  coordinator.cutting = null;
  return [...(cutting === null ? [] : [cutting.ask]), ...cutAsks.splice(0)];
}
