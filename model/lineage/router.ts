// One snapshot request on its way through a router: what a router knows at each step, and what it
// does next. Pure: the machine of the simulated router and the exhaustive check both call it.
//
//   idle -> half (one cell has answered) -> decided -> await (a cell takes) -> publish -> done
//     ^                                        |           |                     |
//     +------- re-read, retry, after a drive --+-----------+-- no answer, lost --+
//
// A router may die at any step; the request begins anew with the next one. It is acknowledged when
// its snapshot is published, not when a cell has taken it.
import type { CellName, CellRecord, Snapshot } from './cell-record.ts';
import { type DriveAction, type DriveFaults, driveActions, type Seen } from './drive.ts';
import type { Rule, ruleFor } from './rules.ts';
import type { VolumeRecord } from './volume-record.ts';

/** What a router decides by a pair of observations. */
export interface RouterDecision {
  readonly rule: Rule;
  /** The cell that shall take the snapshot, and the epoch it was seen in; null for none. */
  readonly taker: { readonly cell: CellName; readonly epoch: number } | null;
}

/** What a cell was seen to be, under its name. */
export interface NamedSeen {
  readonly cell: CellName;
  readonly seen: Seen;
}

/** Decides by what was seen of the first and the alternate cell. */
export function decide(
  first: NamedSeen,
  alternate: NamedSeen,
  ruleOf: typeof ruleFor,
): RouterDecision {
  const rule = ruleOf([first.seen.state, alternate.seen.state]);
  const chosen = rule.taker === 1 ? first : rule.taker === 2 ? alternate : null;
  const other = rule.taker === 1 ? alternate : first;
  const isBlocked = rule.ifNewer && chosen !== null && chosen.seen.epoch <= other.seen.epoch;
  if (chosen === null || isBlocked) return { rule, taker: null };
  return { rule, taker: { cell: chosen.cell, epoch: chosen.seen.epoch } };
}

/** Whether two pairs of answers say the same of states and epochs: nothing moved in between. */
export function isUnchanged(before: readonly NamedSeen[], now: readonly NamedSeen[]): boolean {
  return before.every(({ cell, seen }) => {
    const after = now.find((one) => one.cell === cell)?.seen;
    return after !== undefined && after.state === seen.state && after.epoch === seen.epoch;
  });
}

/** Forward pointers that are followed from one answer to the next (assumed: moves are rare). */
export const hopMax = 4;

/** A cell that was asked, and where it says that the volume went; null where it says nothing. */
export interface Pointer {
  readonly cell: CellName;
  readonly forward: CellName | null;
}

/** Where a cell that handed the volume over says that it went. */
export function forwardOf({ state, forward }: CellRecord): CellName | null {
  return state === 'retired' ? forward : null;
}

/** The pair to ask next: a cell that was not asked, and the one that points to it; null: none. */
export function ledOn(asked: readonly Pointer[]): readonly [CellName, CellName] | null {
  for (const { cell, forward } of asked) {
    if (forward !== null && asked.every((one) => one.cell !== forward)) return [forward, cell];
  }
  return null;
}

/**
 * What a router does about the recorded move. Who was not asked is not out of reach: it asked an
 * old pair, decides nothing by it, and asks the right one next.
 */
export function routerActions(
  volume: VolumeRecord,
  seen: readonly NamedSeen[],
  faults: DriveFaults,
): readonly DriveAction[] {
  const { move } = volume;
  const states = new Map(seen.map((one) => [one.cell, one.seen]));
  const isUnasked = move !== null && !(states.has(move.source) && states.has(move.target));
  return isUnasked && move.decision === 'open' ? [] : driveActions(volume, states, faults);
}

/**
 * Who has to give way where two cells were seen authoritative twice and nothing moved: those that
 * are not the owner, or were active before it became that. None: nobody knows, and the volume is
 * put in quarantine; the first is never simply picked. The owner itself never gives way, though its
 * cell may have been active before: what it takes then is refused when it is to be published, and a
 * fence would leave no cell at all.
 */
export function impostors(
  seen: readonly NamedSeen[],
  volume: VolumeRecord,
): readonly DriveAction[] {
  const { owner, ownerSince: epoch, chain } = volume;
  return seen
    .filter((one) => isAuthoritativeSeen(one) && one.cell !== owner && one.seen.epoch < epoch)
    .map(({ cell }) => ({ kind: 'send', cell, command: { kind: 'fence', epoch, chain, owner } }));
}

/** Whether the cell may take snapshots, as it was seen. */
export function isAuthoritativeSeen({ seen }: NamedSeen): boolean {
  return seen.state === 'active' || seen.state === 'migrating';
}

/** What a cell answers that has taken a snapshot: its lineage up to there; null before. */
export function takenLineage(record: CellRecord, request: string): readonly Snapshot[] | null {
  const index = record.lineage.findLastIndex((snapshot) => snapshot.request === request);
  return index < 0 ? null : record.lineage.slice(0, index + 1);
}

/**
 * The next snapshot of a lineage to publish, with its parent; null when all are. What was taken for
 * a request that was given up is left out: it never counts, and nothing waits behind it.
 */
export function nextToPublish(
  taken: readonly Snapshot[],
  volume: VolumeRecord,
): { readonly snapshot: Snapshot; readonly parent: Snapshot | null } | null {
  const { chain } = volume;
  const lineage = wantedOf(taken, volume);
  let at = 0;
  while (at < lineage.length && at < chain.length && isSame(lineage[at]!, chain[at]!)) at += 1;
  const snapshot = lineage[at];
  return snapshot === undefined ? null : { snapshot, parent: lineage[at - 1] ?? null };
}

/** A lineage without the snapshots of requests that were given up before they were published. */
export function wantedOf(
  lineage: readonly Snapshot[],
  { tombstones }: VolumeRecord,
): readonly Snapshot[] {
  if (tombstones.length === 0) return lineage;
  return lineage.filter(({ request }) => !tombstones.includes(request));
}

function isSame(a: Snapshot, b: Snapshot): boolean {
  return a.request === b.request && a.cell === b.cell && a.epoch === b.epoch;
}
