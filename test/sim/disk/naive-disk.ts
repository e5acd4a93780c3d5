import type { History } from './rig.ts';

/** `exact` is the rule of the device; the others are mistakes that a test must tell from it. */
export type FlushRule = 'exact' | 'flush covers in-flight' | 'fua flushes all' | 'newest wins';

/**
 * Every image that a power loss at `nowNs` can leave, told from the history alone: for each block
 * its durable version and all later ones. Says nothing about writes with preflush in flight.
 */
export function naiveImages(
  history: readonly History[],
  nowNs: number,
  blockCount: number,
  rule: FlushRule = 'exact',
): string[] {
  let images: number[][] = [[]];
  for (let block = 0; block < blockCount; block += 1) {
    const stamps = [...new Set(alternatives(history, nowNs, block, rule))];
    images = images.flatMap((image) => stamps.map((stamp) => [...image, stamp]));
  }
  return [...new Set(images.map((image) => image.join(' ')))].sort();
}

function alternatives(
  history: readonly History[],
  nowNs: number,
  block: number,
  rule: FlushRule,
): number[] {
  const versions = history.filter((entry) => touches(entry, block) && entry.dueAtNs !== null);
  const durableIndex = versions.findLastIndex((version) => isDurable(version, history, rule));
  const durable = versions[durableIndex];
  const later = versions.slice(durableIndex + 1).filter((version) => isBegun(version, nowNs));
  const base = durable === undefined ? 0 : stampOf(durable, block);
  const stamps = [base, ...later.map((version) => stampOf(version, block))];
  return rule === 'newest wins' ? stamps.slice(-1) : stamps;
}

function isDurable(version: History, history: readonly History[], rule: FlushRule): boolean {
  const atNs = version.completedAtNs;
  if (atNs !== null && version.request.fua === true) return true;
  return history.some((entry) => {
    if (entry.completedAtNs === null) return false;
    const isForced = rule === 'fua flushes all' && entry.request.fua === true;
    const isFlush = entry.request.op === 'flush' || entry.request.preflush === true;
    if (!isFlush && !isForced) return false;
    if (rule === 'flush covers in-flight') return version.submittedAtNs <= entry.submittedAtNs;
    return atNs !== null && atNs <= entry.submittedAtNs;
  });
}

function isBegun(version: History, nowNs: number): boolean {
  return version.submittedAtNs <= nowNs;
}

function touches({ request }: History, block: number): boolean {
  if (request.op !== 'write') return false;
  return request.block <= block && block < request.block + request.blockCount;
}

function stampOf({ request }: History, block: number): number {
  return request.stamps?.[block - request.block] ?? 0;
}
