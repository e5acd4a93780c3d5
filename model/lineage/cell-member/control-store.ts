// What a host has promised and accepted of each volume's record, on a small device of its own.
//
//   block   0          1          2          3          ...
//           volume 0   volume 0   volume 1   volume 1
//           of equal contents     of equal contents
//
// A change is forced to the first place, then to the second, then both are read back: at each
// instant one of the two is whole, and when both are, one of them may rot. The higher sequence
// counts: a change that is in the first place only was promised to nobody yet, and may count or
// not.
//
// A device that forgets everything, and is blank again, is taken for a new one. What a minority
// forgets the others know; where most of a cell forget, the record is gone, and the volume is put
// in quarantine (S08).
import { assert, type IoCompletion, type IoRequest } from '../../../sim/index.ts';
import { digestOfStored } from '../../digest.ts';
import type { Ballot } from '../../messages/lineage.ts';
import type { CellRecord } from '../cell-record.ts';

/** What a host has bound itself to, for one volume. */
export interface Pledge {
  /** It takes part in no attempt below this one; null for none yet. */
  readonly promised: Ballot | null;
  /** The record it accepted last; null before the first. */
  readonly accepted: { readonly ballot: Ballot; readonly record: CellRecord } | null;
}

/** A pledge as the device holds it. */
export interface StoredPledge extends Pledge {
  /** Grows with each change. */
  readonly sequence: number;
}

/** Of a host that was never asked. */
const blankPledge: StoredPledge = Object.freeze({
  sequence: 0,
  promised: null,
  accepted: null,
});

/** Each pledge lies in two places. */
const placeCount = 2;

/** How many blocks the pledges of so many volumes take. */
export function controlBlockCount(volumeCount: number): number {
  return volumeCount * placeCount;
}

/** The first of the two blocks of a volume. */
export function pledgeBlock(volumeIndex: number): number {
  return volumeIndex * placeCount;
}

/** The contents of a block. */
function encodePledge(contents: StoredPledge) {
  return { kind: 'pledge', contents, checksum: digestOfStored(contents) } as const;
}

/** What a block says; null when it is no whole pledge. */
function readPledge(payload: unknown): StoredPledge | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const block = payload as Partial<ReturnType<typeof encodePledge>>;
  if (block.kind !== 'pledge' || block.contents === undefined) return null;
  return digestOfStored(block.contents) === block.checksum ? block.contents : null;
}

/**
 * What the two places of a volume say, from a read of `done` that has them at `offset`; null where
 * neither can be made out though something was written.
 */
export function foundPledge(done: IoCompletion, offset: number): StoredPledge | null {
  let best: StoredPledge | null = null;
  let isBlank = true;
  for (let at = offset; at < offset + placeCount; at++) {
    const payload = done.payloads?.[at];
    if (payload !== undefined || (done.stamps?.[at] ?? 0) !== 0) isBlank = false;
    const pledge = readPledge(payload);
    if (pledge !== null && pledge.sequence > (best?.sequence ?? -1)) best = pledge;
  }
  return best ?? (isBlank ? blankPledge : null);
}

/** How a pledge gets its commands to the device; `step` comes back with the completion. */
export type SubmitPledge = (step: PledgeStep, request: Omit<IoRequest, 'tag'>) => void;
/** One of the commands of a change. */
export type PledgeStep = 'first' | 'second' | 'check';

/** Begins to make a pledge durable. */
export function writePledge(block: number, pledge: StoredPledge, submit: SubmitPledge): void {
  submit('first', writeAt(block, pledge));
}

/** A command is done: goes on with the next, or tells how it ended. */
export function onPledgeIo(
  what: { readonly step: PledgeStep; readonly block: number; readonly pledge: StoredPledge },
  done: IoCompletion,
  submit: SubmitPledge,
): 'more' | 'durable' | 'failed' {
  const { step, block, pledge } = what;
  if (done.status !== 'ok') return 'failed';
  if (step === 'first') {
    submit('second', writeAt(block + 1, pledge));
    return 'more';
  }
  if (step === 'second') {
    submit('check', { op: 'read', block, blockCount: placeCount });
    return 'more';
  }
  assert(done.blockCount === placeCount, `a check of ${done.blockCount} blocks`);
  const isThere = [0, 1].every(
    (at) => readPledge(done.payloads?.[at])?.sequence === pledge.sequence,
  );
  return isThere ? 'durable' : 'failed';
}

function writeAt(block: number, pledge: StoredPledge): Omit<IoRequest, 'tag'> {
  return { op: 'write', block, blockCount: 1, payloads: [encodePledge(pledge)], fua: true };
}
