// What a power loss leaves behind. Each block is decided on its own, so a write of several blocks
// tears at block boundaries and never inside a block.
//
//   block 7:   durable image  <  v1 completed  <  v2 completed  <  v3 in flight   (by submission)
//   digit           0                 1                 2                3           policy `any`
//                                                       0                1           policy `all`
//                   only this one, no choice                                         policy `none`
//
// An acknowledged flush or a forced write moves the durable image up; nothing older can come back.
// Blocks are asked in ascending order, one choice for a block that has two or more possible
// contents.
import { assert } from '../assert.ts';
import type { ChoiceSource } from '../choice.ts';
import type { Content } from './content.ts';
import type { CrashOutcome } from './device.ts';

/** One version of one block that is newer than the durable image, or forced onto it. */
export interface BlockVersion {
  readonly block: number;
  readonly stamp: number;
  readonly payload: unknown;
  /** `durable`: forced, cannot be lost. `completed`: acknowledged. `inFlight`: nobody was told. */
  readonly state: 'durable' | 'completed' | 'inFlight';
}

/**
 * `any`: each block takes any of its versions. `all`: what was acknowledged survives (capacitors,
 * or luck); only in-flight writes are open. `none`: nothing that was not made durable survives.
 */
export type CrashPolicy = 'any' | 'all' | 'none';

/** The most contents a block chooses from, one base-36 digit; beyond, the oldest drop out. */
const alternativeCountMax = 36;

/** Decides each block that has versions (given oldest first); it is durable and visible then. */
export function decideCrash(
  versions: readonly BlockVersion[],
  policy: CrashPolicy,
  content: Content,
  choices: ChoiceSource,
  key: string,
): CrashOutcome {
  let kept = '';
  let lostCount = 0;
  for (const group of groupsByBlock(versions)) {
    const alternatives = alternativesOf(group, policy);
    const count = alternatives.length;
    const chosenIndex = count === 1 ? 0 : choices.choose('disk.crash', count, key);
    if (count > 1) kept += chosenIndex.toString(36);
    const chosen = alternatives[chosenIndex] as BlockVersion | null;
    if (chosen !== null) content.writeDurable(chosen.block, chosen.stamp, chosen.payload);
    content.revert((group[0] as BlockVersion).block);
    if (isLost(group, chosen)) lostCount += 1;
  }
  return { kept, lostCount };
}

/** Answers a crash as it was decided before: from the `kept` of its outcome. */
export function keptChoices(kept: string): ChoiceSource {
  return new KeptChoices(kept);
}

function groupsByBlock(versions: readonly BlockVersion[]): BlockVersion[][] {
  const groups = new Map<number, BlockVersion[]>();
  for (const version of versions) {
    const group = groups.get(version.block);
    if (group === undefined) groups.set(version.block, [version]);
    else group.push(version);
  }
  return [...groups].sort((a, b) => a[0] - b[0]).map(([, group]) => group);
}

/** What the block can hold afterwards, oldest first; null stands for the durable image as it is. */
function alternativesOf(
  group: readonly BlockVersion[],
  policy: CrashPolicy,
): readonly (BlockVersion | null)[] {
  const forcedIndex = group.findLastIndex((version) => version.state === 'durable');
  const base = forcedIndex === -1 ? null : (group[forcedIndex] as BlockVersion);
  const newer = group.slice(forcedIndex + 1);
  if (policy === 'none') return [base];
  const completed = newer.filter((version) => version.state === 'completed');
  const inFlight = newer.filter((version) => version.state === 'inFlight');
  const floor = policy === 'all' ? [completed.at(-1) ?? base] : [base, ...completed];
  const [oldest, ...others] = [...floor, ...inFlight];
  return [oldest ?? null, ...others.slice(-(alternativeCountMax - 1))];
}

/** True when acknowledged contents neither survived nor gave way to a newer write. */
function isLost(group: readonly BlockVersion[], chosen: BlockVersion | null): boolean {
  const promisedIndex = group.findLastIndex((version) => version.state === 'completed');
  const forcedIndex = group.findLastIndex((version) => version.state === 'durable');
  const chosenIndex = chosen === null ? -1 : group.indexOf(chosen);
  return promisedIndex > forcedIndex && chosenIndex < promisedIndex;
}

class KeptChoices implements ChoiceSource {
  readonly #kept: string;
  madeCount = 0;

  constructor(kept: string) {
    this.#kept = kept;
  }

  choose(kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    const digit = this.#kept[this.madeCount];
    assert(
      digit !== undefined,
      `choice ${this.madeCount} of "${kind}" for "${key}" is not recorded`,
    );
    const answer = Number.parseInt(digit, 36);
    assert(answer < n, `recorded digit "${digit}" for "${key}", expected one of ${n}`);
    this.madeCount += 1;
    return answer;
  }

  copy(): ChoiceSource {
    const twin = new KeptChoices(this.#kept);
    twin.madeCount = this.madeCount;
    return twin;
  }
}
