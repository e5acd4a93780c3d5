import type { CrashPolicy } from '../../../sim/disk/crash-rules.ts';
import type { CutOff, IoRequest } from '../../../sim/disk/device.ts';

/** A completed write, or one in flight, as a history tells of it. */
export interface Written {
  readonly request: IoRequest;
  /** Null: in flight. */
  readonly completedAtNs: number | null;
  /** Kept or lost as a whole. */
  readonly isWhole: boolean;
}

interface Piece {
  readonly block: number;
  readonly sectors: readonly number[];
  readonly stamp: number;
  readonly written: Written;
}

type Item = readonly Piece[];

/**
 * Every image of blocks of eight sectors that are all 0 at first: all subsets of what was written,
 * in its order, that a policy allows. Knows no units smaller than a block, and no damage.
 */
export function naiveCrashImages(
  history: readonly Written[],
  policy: CrashPolicy,
  barriersNs: readonly number[],
  blockCount: number,
): string[] {
  const items = history.flatMap(itemsOf);
  const images = new Set<string>();
  for (let subset = 0; subset < 1 << items.length; subset += 1) {
    const kept = items.map((_, index) => (subset & (1 << index)) !== 0);
    if (isAllowed(items, kept, policy, barriersNs)) {
      images.add(imageOf(items.filter((_, index) => kept[index]).flat(), blockCount));
    }
  }
  return [...images].sort();
}

function itemsOf(written: Written): Item[] {
  const { request, isWhole } = written;
  const { block, blockCount, startSector = 0, endSector = 8, stamps } = request;
  const pieces = Array.from({ length: blockCount }, (_, index): Piece => {
    const start = index === 0 ? startSector : 0;
    const end = index === blockCount - 1 ? endSector : 8;
    const sectors = [0, 1, 2, 3, 4, 5, 6, 7].slice(start, end);
    return { block: block + index, sectors, stamp: stamps?.[index] ?? 0, written };
  });
  return isWhole ? [pieces] : pieces.map((piece) => [piece]);
}

function isAllowed(
  items: readonly Item[],
  kept: readonly boolean[],
  policy: CrashPolicy,
  barriersNs: readonly number[],
): boolean {
  const isInOrder = (older: Item, newer: Item): boolean => {
    switch (policy) {
      case 'fifo':
        return true;
      case 'prefixPerLba':
        return older.some(({ block }) => newer.some((other) => other.block === block));
      case 'epoch':
        return epochOf(older, barriersNs) < epochOf(newer, barriersNs);
      default:
        return false;
    }
  };
  return items.every((newer, index) => {
    if (policy === 'none' && kept[index]) return false;
    if (policy === 'all' && newer[0]!.written.completedAtNs !== null && !kept[index]) return false;
    if (!kept[index]) return true;
    return items.slice(0, index).every((older, at) => kept[at] || !isInOrder(older, newer));
  });
}

function epochOf([piece]: Item, barriersNs: readonly number[]): number {
  const atNs = piece!.written.completedAtNs ?? Number.POSITIVE_INFINITY;
  return barriersNs.filter((barrierNs) => barrierNs < atNs).length;
}

function imageOf(pieces: readonly Piece[], blockCount: number): string {
  const blocks = Array.from({ length: blockCount }, () => new Array<number>(8).fill(0));
  for (const { block, sectors, stamp } of pieces) {
    for (const sector of sectors) blocks[block]![sector] = stamp;
  }
  return blocks
    .map((sectors) => (new Set(sectors).size === 1 ? `${sectors[0]}` : sectors.join(',')))
    .join(' ');
}

/** The instants of flushes in service. */
export function flushesIn(cutOff: readonly CutOff[]): number[] {
  return cutOff.flatMap(({ request, submittedAtNs, isFlushing }) =>
    isFlushing || request.op === 'flush' ? [submittedAtNs] : [],
  );
}
