// Which versions survive a power loss: the policies of crash.ts, as questions.
//
//   versions --by block--> units --policy--> the sectors of each version that survive
//                            '--cut off?---> the units that are damaged instead
//
// The answers name every outcome once: a version is asked about only where it would show.
import type { BlockVersion, CrashRules } from './crash-rules.ts';
import { sectorsPerBlock, wholeBlock } from './odd-block.ts';

/** A unit that is damaged: which of its versions was being written, and the sectors of the unit. */
export interface Damage {
  readonly index: number;
  readonly mask: number;
}

type Fate = 'kept' | 'lost' | 'open';

/** What a walk over a unit knows. */
interface Unit {
  readonly block: number;
  readonly mask: number;
  /** Its versions, oldest first. */
  readonly indexes: readonly number[];
}

/** What becomes of the versions of one power loss. */
export class Survival {
  readonly versions: readonly BlockVersion[];
  /** By version: the sectors of it that survive. */
  readonly keptMask: Uint8Array;
  readonly damage = new Map<number, Damage[]>();
  /** The versions of each block, oldest first; blocks ascending. */
  readonly blocks: readonly (readonly [number, readonly number[]])[];
  readonly #rules: CrashRules;
  readonly #ask: (count: number) => number;
  /** By command: whether it survives, where it does so as a whole. */
  readonly #fates = new Map<number, Fate>();
  /** Commands of several units that are whole by promise, oldest first. */
  readonly #commands: readonly (readonly number[])[];

  constructor(
    versions: readonly BlockVersion[],
    rules: CrashRules,
    ask: (count: number) => number,
  ) {
    this.versions = versions;
    this.#rules = rules;
    this.#ask = ask;
    this.keptMask = new Uint8Array(versions.length);
    this.blocks = grouped(versions, ({ block }) => block).sort((a, b) => a[0] - b[0]);
    const promised = grouped(versions, ({ command }) => command).map(([, indexes]) => indexes);
    this.#commands = promised.filter((indexes) => this.#isLargePromise(indexes));
  }

  /** Asks until everything is decided. */
  decide(): void {
    switch (this.#rules.policy) {
      case 'none':
        return;
      case 'fifo':
        this.#decideCut();
        return;
      case 'epoch':
        this.#decideEpochs();
        return;
      default:
        this.#decideUnits(() => true);
    }
  }

  /** One cut through all that was written, in its order. */
  #decideCut(): void {
    const steps = this.#steps();
    const keptCount = this.#ask(steps.length + 1);
    for (const { index, mask } of steps.slice(0, keptCount).flat()) {
      this.keptMask[index] = (this.keptMask[index] as number) | mask;
    }
    const [next] = steps[keptCount] ?? [];
    if (next === undefined || this.#rules.interrupted === 'whole') return;
    const { block, isPromised } = this.versions[next.index] as BlockVersion;
    if (isPromised || this.#ask(2) === 0) return;
    const unitMask = this.#unitMasks().find((mask) => (mask & next.mask) !== 0);
    this.damage.set(block, [{ index: next.index, mask: unitMask as number }]);
  }

  /** What is written in one go each, in order: units, and commands that are whole by promise. */
  #steps(): readonly (readonly Damage[])[] {
    const steps: Damage[][] = [];
    let last: BlockVersion | null = null;
    for (const [index, version] of this.versions.entries()) {
      const isJoined = version.isPromised && last?.command === version.command;
      if (isJoined) steps.at(-1)?.push({ index, mask: version.mask });
      else if (version.isPromised) steps.push([{ index, mask: version.mask }]);
      else {
        for (const unitMask of this.#unitMasks()) {
          const mask = version.mask & unitMask;
          if (mask !== 0) steps.push([{ index, mask }]);
        }
      }
      last = version;
    }
    return steps;
  }

  /** Epoch after epoch, until one has lost something. */
  #decideEpochs(): void {
    const { barriersNs } = this.#rules;
    for (let epoch = 0; epoch <= barriersNs.length; epoch += 1) {
      const startNs = epoch === 0 ? Number.NEGATIVE_INFINITY : (barriersNs[epoch - 1] as number);
      const endNs = barriersNs[epoch] ?? Number.POSITIVE_INFINITY;
      const isComplete = this.#decideUnits(
        ({ completedAtNs }) => completedAtNs > startNs && completedAtNs <= endNs,
      );
      if (!isComplete) return;
    }
  }

  /** Unit by unit, of the versions that are asked for; answers whether nothing was lost. */
  #decideUnits(isAsked: (version: BlockVersion) => boolean): boolean {
    let isComplete = true;
    for (const command of this.#commands) {
      if (isAsked(this.versions[command[0] as number] as BlockVersion))
        this.#decideCommand(command);
    }
    for (const [block, all] of this.blocks) {
      const asked = all.filter((index) => isAsked(this.versions[index] as BlockVersion));
      for (const mask of this.#unitMasks()) {
        const indexes = asked.filter((index) => (this.#maskOf(index) & mask) !== 0);
        if (indexes.length === 0) continue;
        const unit = { block, mask, indexes };
        if (!this.#decideUnit(unit)) isComplete = false;
        if (this.#rules.tear === 'prefix') this.#stopTorn(unit);
      }
    }
    return isComplete;
  }

  #decideCommand(indexes: readonly number[]): void {
    const { command, state } = this.versions[indexes[0] as number] as BlockVersion;
    if (this.#rules.policy === 'all' && state === 'completed') return;
    const isBehind = this.#rules.policy === 'prefixPerLba' && this.#isBehindLost(indexes);
    const isKept = !isBehind && this.#ask(2) === 1;
    this.#fates.set(command, isKept ? 'kept' : 'lost');
  }

  /** Whether an older command that is lost shares a block. */
  #isBehindLost(indexes: readonly number[]): boolean {
    const blocks = new Set(indexes.map((index) => this.versions[index]?.block));
    const first = indexes[0] as number;
    return this.versions.some(
      ({ block, command }, index) =>
        index < first && blocks.has(block) && this.#fates.get(command) === 'lost',
    );
  }

  #decideUnit(unit: Unit): boolean {
    if (this.#isCutOff(unit)) return false;
    return this.#rules.policy === 'prefixPerLba' ? this.#keepFirst(unit) : this.#keepAny(unit);
  }

  #isCutOff({ block, mask, indexes }: Unit): boolean {
    if (this.#rules.interrupted === 'whole') return false;
    const index = indexes.findLast((one) => this.#canBeCutOff(one));
    if (index === undefined || this.#ask(2) === 0) return false;
    const damages = this.damage.get(block) ?? [];
    damages.push({ index, mask });
    this.damage.set(block, damages);
    return true;
  }

  #canBeCutOff(index: number): boolean {
    return !this.versions[index]!.isPromised && this.#fateOf(index) === 'open';
  }

  /** The unit takes its versions up to one of them. */
  #keepFirst({ mask, indexes }: Unit): boolean {
    const fates = indexes.map((index) => this.#fateOf(index));
    const first = fates.lastIndexOf('kept') + 1;
    const lostIndex = fates.indexOf('lost');
    const last = lostIndex === -1 ? fates.length : lostIndex;
    const keptCount = first + this.#ask(last - first + 1);
    for (const index of indexes.slice(0, keptCount)) this.#keep(index, mask);
    return keptCount === indexes.length;
  }

  /** The unit takes any of its versions; those of a part of it, any of them. */
  #keepAny({ mask, indexes }: Unit): boolean {
    let left = mask;
    let isComplete = true;
    let place = indexes.length - 1;
    while (place >= 0 && left !== 0) {
      const index = indexes[place] as number;
      const fate = this.#fateOf(index);
      if ((this.#maskOf(index) & left) === 0) {
        place -= 1;
      } else if (fate === 'open' && this.#isWhole(index, mask)) {
        const run = this.#wholeRun(indexes, place, mask);
        const answer = this.#ask(run.length + 1);
        if (answer !== run.length) isComplete = false;
        if (answer > 0) {
          this.#keep(indexes[run[run.length - answer] as number] as number, mask);
          left = 0;
        }
        place = (run.at(-1) as number) - 1;
      } else {
        const isKept = fate === 'kept' || (fate === 'open' && this.#ask(2) === 1);
        if (isKept) {
          this.#keep(index, mask);
          left &= ~this.#maskOf(index);
        } else isComplete = false;
        place -= 1;
      }
    }
    return isComplete;
  }

  /** The places, newest first, of versions that are open and cover the unit, up to another kind. */
  #wholeRun(indexes: readonly number[], from: number, mask: number): readonly number[] {
    const run: number[] = [];
    for (let place = from; place >= 0; place -= 1) {
      const index = indexes[place] as number;
      const fate = this.#fateOf(index);
      if (fate === 'lost') continue;
      if (fate === 'kept' || !this.#isWhole(index, mask)) break;
      run.push(place);
    }
    return run;
  }

  #keep(index: number, mask: number): void {
    this.keptMask[index] = (this.keptMask[index] as number) | (this.#maskOf(index) & mask);
  }

  /** A command in flight that has lost a unit writes nothing behind it. */
  #stopTorn({ mask, indexes }: Unit): void {
    let newer = 0;
    for (const index of indexes.toReversed()) {
      const { state, isPromised, command } = this.versions[index] as BlockVersion;
      const kept = this.keptMask[index] as number;
      const isTorn = (this.#maskOf(index) & mask & ~kept & ~newer) !== 0;
      if (state === 'inFlight' && !isPromised && isTorn) this.#fates.set(command, 'lost');
      newer |= kept;
    }
  }

  #fateOf(index: number): Fate {
    const { state, command } = this.versions[index] as BlockVersion;
    if (this.#rules.policy === 'all' && state === 'completed') return 'kept';
    return this.#fates.get(command) ?? 'open';
  }

  #isWhole(index: number, unitMask: number): boolean {
    return (this.#maskOf(index) & unitMask) === unitMask;
  }

  #maskOf(index: number): number {
    return (this.versions[index] as BlockVersion).mask;
  }

  /** Whether a command covers several units and is whole by promise. */
  #isLargePromise(indexes: readonly number[]): boolean {
    const [first, ...others] = indexes;
    const { isPromised, mask } = this.versions[first as number] as BlockVersion;
    if (!isPromised) return false;
    return others.length > 0 || this.#unitMasks().filter((unit) => (unit & mask) !== 0).length > 1;
  }

  #unitMasks(): readonly number[] {
    return this.#rules.unitSectorCount === sectorsPerBlock ? wholeUnit : sectorUnits;
  }
}

const wholeUnit: readonly number[] = [wholeBlock];
const sectorUnits: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128];

/** Places of the versions by a number of theirs, in the order in which the numbers come. */
function grouped(
  versions: readonly BlockVersion[],
  numberOf: (version: BlockVersion) => number,
): (readonly [number, readonly number[]])[] {
  const groups = new Map<number, number[]>();
  for (const [index, version] of versions.entries()) {
    const group = groups.get(numberOf(version));
    if (group === undefined) groups.set(numberOf(version), [index]);
    else group.push(index);
  }
  return [...groups];
}
