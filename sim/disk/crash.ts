// What a power loss leaves behind. Every unit that the medium writes as a whole (a block of 4 KiB,
// or a sector) is decided on its own, so a write of several units tears between them.
//
//   block 7:   durable image  <  v1 completed  <  v2 completed  <  v3 in flight   (by submission)
//   digit           0                 1                 2                3           policy `any`
//                                                       0                1           policy `all`
//                   only this one, no choice                                         policy `none`
//
// An acknowledged flush or a forced write moves the durable image up; nothing older can come back.
// Blocks are asked in ascending order, one choice for a unit that has two or more possible
// contents. More is asked only where a device promises or allows more, see atomicity.ts:
//   1. of each command of several units that is whole by promise: whether it survives, oldest first
//   2. of each unit that can be cut off: whether it was
//   3. of each unit: its contents; where versions cover only a part of it, version by version,
//      newest first, as far as they would show
//
// A flush in flight has no say of its own: any part of its cover may be durable. That is what `any`
// and `prefixPerLba` allow anyway; `fifo` keeps to its order, `epoch` counts it as a barrier, `all`
// keeps its cover, and with `none` nothing of it has become durable.
import { assert } from '../assert.ts';
import type { ChoiceSource } from '../choice.ts';
import type { Content } from './content.ts';
import type { BlockVersion, CrashRules } from './crash-rules.ts';
import { Survival } from './crash-survival.ts';
import type { CrashOutcome } from './device.ts';
import { overlaid, torn } from './odd-block.ts';
import type { SectorMasks } from './sector-masks.ts';

export type { CrashPolicy } from './crash-rules.ts';

/** Where the survivors go. */
export interface Remains {
  readonly content: Content;
  /** Sectors that answer no read. */
  readonly unreadable: SectorMasks;
}

/** Decides about versions (given oldest first); what is left is durable and visible then. */
export function decideCrash(
  versions: readonly BlockVersion[],
  rules: CrashRules,
  remains: Remains,
  choices: ChoiceSource,
  key: string,
): CrashOutcome {
  const asked = new AskedChoices(choices, key);
  const survival = new Survival(versions, rules, (count) => asked.ask(count));
  survival.decide();
  let lostCount = 0;
  for (const [block, indexes] of survival.blocks) {
    if (isLost(indexes, survival)) lostCount += 1;
    for (const index of indexes) settle(versions[index]!, survival.keptMask[index]!, remains);
    const damage = survival.damage.get(block);
    if (damage !== undefined) {
      for (const { index, mask } of damage) spoil(versions[index]!, mask, rules, remains);
    }
    remains.content.revert(block);
  }
  return { kept: asked.kept, lostCount };
}

/** Answers a crash as it was decided before: from the `kept` of its outcome. */
export function keptChoices(kept: string): ChoiceSource {
  return new KeptChoices(kept);
}

function settle({ block, stamp, payload }: BlockVersion, mask: number, remains: Remains): void {
  if (mask === 0) return;
  remains.content.writeDurableSectors(block, { stamp, payload }, mask);
  remains.unreadable.remove(block, mask);
}

/** A unit was cut off while a version of it was written. */
function spoil(
  { block, stamp, payload, mask }: BlockVersion,
  unitMask: number,
  { interrupted }: CrashRules,
  { content, unreadable }: Remains,
): void {
  if (interrupted === 'unreadable') {
    unreadable.add(block, unitMask);
    return;
  }
  const before = content.durableAt(block);
  const after = overlaid(before, { stamp, payload }, mask);
  content.writeDurableSectors(block, torn(before, after, unitMask), unitMask);
  unreadable.remove(block, unitMask);
}

/** True when acknowledged contents neither survived nor gave way to a newer write. */
function isLost(indexes: readonly number[], { versions, keptMask }: Survival): boolean {
  let open = 0xff;
  let kept = 0;
  for (let place = indexes.length - 1; place >= 0 && open !== 0; place -= 1) {
    const index = indexes[place] as number;
    kept |= keptMask[index] as number;
    const { mask, state } = versions[index] as BlockVersion;
    if (state !== 'completed') continue;
    if ((mask & open & ~kept) !== 0) return true;
    open &= ~mask;
  }
  return false;
}

/** Asks, and writes down what was answered. */
class AskedChoices {
  readonly #choices: ChoiceSource;
  readonly #key: string;
  kept = '';

  constructor(choices: ChoiceSource, key: string) {
    this.#choices = choices;
    this.#key = key;
  }

  ask(count: number): number {
    if (count === 1) return 0;
    const answer = this.#choices.choose('disk.crash', count, this.#key);
    this.kept += answer.toString(36).padStart(digitCountOf(count), '0');
    return answer;
  }
}

/** How many base-36 digits hold one of `count` answers. */
function digitCountOf(count: number): number {
  return (count - 1).toString(36).length;
}

class KeptChoices implements ChoiceSource {
  readonly #kept: string;
  #place = 0;
  madeCount = 0;

  constructor(kept: string) {
    this.#kept = kept;
  }

  choose(kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    const digitCount = digitCountOf(n);
    const digits = this.#kept.slice(this.#place, this.#place + digitCount);
    assert(
      digits.length === digitCount,
      `choice ${this.madeCount} of "${kind}" for "${key}" is not recorded`,
    );
    const answer = Number.parseInt(digits, 36);
    assert(answer < n, `recorded digit "${digits}" for "${key}", expected one of ${n}`);
    this.#place += digitCount;
    this.madeCount += 1;
    return answer;
  }

  copy(): ChoiceSource {
    const twin = new KeptChoices(this.#kept);
    twin.#place = this.#place;
    twin.madeCount = this.madeCount;
    return twin;
  }
}
