// LIN-12 to LIN-14, LIN-22: what a snapshot is put together from is all there, and makes what the
// hosts held at its cut.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { GhostPast, isCertain, type PastContents } from './ghost-past.ts';
import { type Contents, type GhostSnapshot, GhostSnapshots } from './ghost-snapshots.ts';
import { slotText, stampText } from './words.ts';

/** A delta on its base makes the contents at the cut. */
export const deltaExact: Property = {
  id: 'delta-exact',
  mode: 'always',
  summary: 'what a snapshot holds is block by block what the copy it was read from held at its cut',
  kinds: ['mark', 'stop'],
  monitor: () => new ContentsMonitor(findWrong),
};

/** Nothing that changed is left out of a delta. */
export const deltaSuperset: Property = {
  id: 'delta-superset',
  mode: 'always',
  summary: 'a delta has every block that changed at its copy since the cut of its base',
  kinds: ['mark', 'stop'],
  monitor: () => new ContentsMonitor(findLeftOut),
};

/** A snapshot is a delta of something that is there. */
export const deltaBaseUsable: Property = {
  id: 'delta-base-usable',
  mode: 'always',
  summary: 'a complete snapshot is a delta of one that is complete, too',
  kinds: ['mark', 'stop'],
  monitor: () => new ContentsMonitor(findUnusable),
};

/** A snapshot that is called complete is. */
export const completedIsDurable: Property = {
  id: 'completed-is-durable',
  mode: 'always',
  summary: 'a snapshot is called complete when all blocks that were uploaded for it are durable',
  kinds: ['mark', 'stop'],
  monitor: () => new ContentsMonitor(findMissing),
};

interface Ghosts {
  readonly past: GhostPast;
  readonly snapshots: GhostSnapshots;
}

/** What is wrong with a snapshot that was just completed; undefined when nobody can tell. */
type Judge = (snapshot: GhostSnapshot, ghosts: Ghosts) => Finding | null | undefined;

class ContentsMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #past = new GhostPast();
  readonly #snapshots = new GhostSnapshots();
  readonly #judge: Judge;

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  observe(entry: Entry): Finding | null {
    this.#past.take(entry);
    const snapshot = this.#snapshots.take(entry);
    if (snapshot === null) return null;
    const finding = this.#judge(snapshot, { past: this.#past, snapshots: this.#snapshots });
    if (finding !== undefined) this.evaluatedCount += 1;
    return finding ?? null;
  }

  end(): null {
    return null;
  }
}

function findWrong(
  { snapshot, volume, uploaded, ranges, missing }: GhostSnapshot,
  { past, snapshots }: Ghosts,
): Finding | null | undefined {
  if (missing !== null) return undefined;
  let isJudged = false;
  for (const { range, copy } of uploaded) {
    const held = past.at(snapshot, copy);
    const contents = ranges.get(range);
    if (held === undefined || contents === undefined) continue;
    isJudged = true;
    const root = snapshots.rootOf(volume)?.ranges.get(range);
    const block = firstWrong(contents, held, root);
    if (block === undefined) continue;
    const expected = stampText(expectedIn(block, held, root));
    const orLater = isCertain(held, block) ? '' : ' or later';
    return {
      what: `snapshot '${snapshot}' holds what was not there, in block ${block} of ${range}`,
      expected: `${expected}${orLater}, as in ${slotText(copy.host, copy)} at its cut`,
      observed: stampText(contents.get(block) ?? 0),
    };
  }
  return isJudged ? null : undefined;
}

function firstWrong(
  contents: Contents,
  held: PastContents,
  root: Contents | undefined,
): number | undefined {
  const blocks = new Set([...contents.keys(), ...held.contents.keys(), ...(root?.keys() ?? [])]);
  const sorted = [...blocks].sort((a, b) => a - b);
  return sorted.find((block) => {
    const has = contents.get(block) ?? 0;
    const expected = expectedIn(block, held, root);
    return isCertain(held, block) ? has !== expected : has < expected;
  });
}

// A copy of a restored volume has what nobody wrote since, loaded or not.
function expectedIn(block: number, { contents }: PastContents, root: Contents | undefined): number {
  return contents.get(block) ?? root?.get(block) ?? 0;
}

function findLeftOut(
  { snapshot, volume, uploaded }: GhostSnapshot,
  { past, snapshots }: Ghosts,
): Finding | null | undefined {
  let isJudged = false;
  const root = snapshots.rootOf(volume);
  for (const { range, copy, base, blocks } of uploaded) {
    const began = root?.ranges.get(range);
    const held = base === null ? undefined : past.at(base, copy);
    const whole = began && { contents: began, certain: null };
    const before = base === root?.snapshot ? whole : held;
    const after = past.at(snapshot, copy);
    if (before === undefined || after === undefined) continue;
    isJudged = true;
    const delta = new Set(blocks);
    for (const [block, stamp] of after.contents) {
      if (!hasChanged(block, before, after) || began?.get(block) === stamp || delta.has(block)) {
        continue;
      }
      return {
        what: `the delta of snapshot '${snapshot}' lacks block ${block} of range ${range}`,
        expected: `all blocks that changed since '${base}' in ${slotText(copy.host, copy)}`,
        observed: `${blocks.length} blocks without it, which changed to ${stampText(stamp)}`,
      };
    }
  }
  return isJudged ? null : undefined;
}

// For sure: what may hold a later stamp than is noted has changed where even that one is new.
function hasChanged(block: number, before: PastContents, after: PastContents): boolean {
  const [had, has] = [before.contents.get(block) ?? 0, after.contents.get(block) ?? 0];
  if (!isCertain(before, block)) return false;
  return isCertain(after, block) ? has !== had : has > had;
}

function findUnusable(
  { snapshot, deltaBase, uploaded }: GhostSnapshot,
  { snapshots }: Ghosts,
): Finding | null | undefined {
  if (deltaBase === null || uploaded.every(({ base }) => base === null)) return undefined;
  if (snapshots.of(deltaBase) !== undefined) return null;
  return {
    what: `snapshot '${snapshot}' is complete, and a delta of one that is not there`,
    expected: `'${deltaBase}' complete, and not deleted`,
    observed: 'no complete snapshot of that name',
  };
}

function findMissing({ snapshot, missing }: GhostSnapshot): Finding | null {
  if (missing === null) return null;
  return {
    what: `snapshot '${snapshot}' was called complete before all of it was durable`,
    expected: `block ${missing.block} of range ${missing.range} stored for it`,
    observed: 'no device has said so',
  };
}
