// What an upload has to copy: for each range the copy that it is read from, which of its blocks,
// and how far it is. Plain state; upload.ts sends and receives.
//
//   asking -> reading: each piece is read from the host, then put into the store -> copied
//     ^          |
//     +----------+  that copy does not know the past, or does not answer: the next one, all of it
//     ^          |
//     +- sought <+  no copy is left: one that the map does not name any more (search.ts)
import type { MapEntry, Replica } from '../map-entry.ts';
import { sameReplica } from '../map-entry.ts';
import type { Root, UploadBegun, UploadedRange } from '../messages/archive.ts';

/** How many blocks one piece has at most. */
const pieceBlockMax = 64;

/** Some consecutive blocks on their way: from the host, then to the store. */
export interface Piece {
  readonly block: number;
  readonly blockCount: number;
}

/** What a copy held of it at the cut. */
export interface HeldPiece extends Piece {
  readonly stamps: readonly number[];
}

/** One range of an upload. */
export interface RangePlan {
  readonly entry: MapEntry;
  /** Copies that may be asked, in that order. */
  copies: readonly Replica[];
  copyIndex: number;
  /** Of a restored volume; else null. */
  readonly root: Root | null;
  /** What may be the base, and the copy that it was read from; null where there is none. */
  readonly before: { readonly snapshot: string; readonly copy: Replica } | null;
  /** The base, where the copy is the one that the base was read from; else the root, or null. */
  base: string | null;
  /** What is to be copied; null while that is not known. */
  blocks: readonly number[] | null;
  /** Not begun yet. */
  waiting: readonly Piece[];
  /** Pieces that are not in the store yet. */
  leftCount: number;
  /** Some copy did not answer: it may know more than those that did. */
  wasSilent: boolean;
}

/** A range of which nothing is known yet: from the copy of the base, if that is still a member. */
export function planRange(
  entry: MapEntry,
  { base, root }: Pick<UploadBegun, 'base' | 'root'>,
): RangePlan {
  const { range, replicas } = entry;
  const copy = base?.copies.find((one) => one.range === range)?.copy;
  const before = base == null || copy === undefined ? null : { snapshot: base.snapshot, copy };
  const same = before && replicas.find((replica) => sameReplica(replica, before.copy));
  const others = replicas.filter((replica) => replica !== same);
  const plan: RangePlan = {
    entry,
    copies: same == null ? replicas : [same, ...others],
    copyIndex: 0,
    root,
    before,
    base: null,
    blocks: null,
    waiting: [],
    leftCount: 0,
    wasSilent: false,
  };
  plan.base = baseFor(plan);
  return plan;
}

// A copy tells what has changed only since what was read from itself.
function baseFor(plan: RangePlan): string | null {
  const { before, root } = plan;
  const copy = copyOf(plan);
  const isSame = before !== null && copy !== undefined && sameReplica(copy, before.copy);
  return isSame ? before.snapshot : (root?.snapshot ?? null);
}

/** The copy that a range is read from; undefined when none is left. */
export function copyOf(plan: RangePlan): Replica | undefined {
  return plan.copies[plan.copyIndex];
}

/** The copy will not do: the next one, from the beginning; false when there is none. */
export function takeNextCopy(plan: RangePlan): boolean {
  // A copy that cannot tell what has changed may still tell all that it held.
  const least = plan.root?.snapshot ?? null;
  const isNext = plan.base === least;
  if (isNext) plan.copyIndex += 1;
  plan.base = isNext ? baseFor(plan) : least;
  plan.blocks = null;
  plan.waiting = [];
  plan.leftCount = 0;
  return copyOf(plan) !== undefined;
}

/** Whether no copy is known that may be asked. */
export function isSought(plan: RangePlan): boolean {
  return plan.blocks === null && copyOf(plan) === undefined;
}

/** Another copy may be asked; true when it is the next. */
export function addCopy(plan: RangePlan, copy: Replica): boolean {
  if (plan.copies.some((one) => sameReplica(one, copy))) return false;
  const isNext = isSought(plan);
  plan.copies = [...plan.copies, copy];
  if (isNext) plan.base = baseFor(plan);
  return isNext;
}

/** It is known now which blocks are to be copied. */
export function takeBlocks(plan: RangePlan, blocks: readonly number[]): void {
  plan.blocks = blocks;
  plan.waiting = piecesOf(blocks);
  plan.leftCount = plan.waiting.length;
}

/**
 * The parts of a piece that go into the store. What a copy of a restored volume did not hold at the
 * cut was not loaded there yet: it is as the root has it, though a write announces a change of it.
 */
export function heldPieces(
  plan: RangePlan,
  piece: Piece,
  stamps: readonly number[],
): readonly HeldPiece[] {
  if (plan.root === null || !stamps.includes(0)) return [{ ...piece, stamps }];
  const isThere = (block: number) => stamps[block - piece.block] !== 0;
  plan.blocks = (plan.blocks ?? []).filter(isThere);
  const ofPiece = stamps.map((_, i) => piece.block + i);
  const pieces = piecesOf(ofPiece.filter(isThere));
  plan.leftCount += pieces.length - 1;
  return pieces.map(({ block, blockCount }) => {
    const at = block - piece.block;
    return { block, blockCount, stamps: stamps.slice(at, at + blockCount) };
  });
}

/** What a wrong variant does where no copy is left: as if the first had told of no change. */
export function skipRange(plan: RangePlan): void {
  plan.copyIndex = 0;
  takeBlocks(plan, []);
}

/** Whether all of a range is in the store. */
export function isCopied(plan: RangePlan): boolean {
  return plan.blocks !== null && plan.leftCount === 0;
}

/** A range of the snapshot, as the store is told. */
export function uploadedOf(plan: RangePlan): UploadedRange {
  const { entry, base, blocks } = plan;
  const copy = copyOf(plan)!;
  return { range: entry.range, copy, base, blocks: blocks ?? [] };
}

function piecesOf(blocks: readonly number[]): readonly Piece[] {
  const pieces: { block: number; blockCount: number }[] = [];
  for (const block of blocks) {
    const last = pieces.at(-1);
    const isNext = last !== undefined && last.block + last.blockCount === block;
    if (isNext && last.blockCount < pieceBlockMax) last.blockCount += 1;
    else pieces.push({ block, blockCount: 1 });
  }
  return pieces;
}
