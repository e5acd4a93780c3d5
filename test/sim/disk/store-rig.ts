import type { ChoiceSource } from '../../../sim/choice.ts';
import type { CutOff, IoDone, IoRequest } from '../../../sim/disk/device.ts';
import { Store, type StoreGuarantees } from '../../../sim/disk/store.ts';
import { PathChoices } from './rig.ts';

export type Ask = Omit<IoRequest, 'tag' | 'blockCount'>;

/** What a block is, sector by sector: its stamp, `x` for an error, `!` after what is marked. */
export type ImageText = string;

/** Drives what a device stores, without its times: commands take effect 10 ns apart. */
export class StoreRig {
  nowNs = 0;
  readonly store: Store;
  /** What is in service when the power goes. */
  readonly cutOff: CutOff[] = [];

  constructor(store: Store) {
    this.store = store;
  }

  /** A write of stamps or payloads that completes. */
  write(ask: Omit<Ask, 'op'>): IoDone {
    return this.do({ op: 'write', ...ask });
  }

  flush(): IoDone {
    return this.do({ op: 'flush', block: 0 });
  }

  do(ask: Ask, blockCount = countOf(ask)): IoDone {
    this.nowNs += 10;
    this.store.apply({ ...ask, blockCount, tag: 0 }, this.nowNs, this.nowNs);
    return this.store.done;
  }

  read(block: number, blockCount = 1): IoDone {
    return this.do({ op: 'read', block }, blockCount);
  }

  /** A command that the power loss finds in service. */
  begin(ask: Ask, isFlushing = false): void {
    this.nowNs += 10;
    const request = { ...ask, blockCount: countOf(ask), tag: 0 };
    this.cutOff.push({ request, submittedAtNs: this.nowNs, isFlushing });
  }

  fork(): StoreRig {
    const twin = new StoreRig(this.store.copy());
    twin.nowNs = this.nowNs;
    twin.cutOff.push(...this.cutOff);
    return twin;
  }

  crash(choices: ChoiceSource): { image: ImageText; kept: string; lostCount: number } {
    const outcome = this.store.crash(this.cutOff, choices, 'disk d1');
    this.cutOff.length = 0;
    return { image: this.image(), ...outcome };
  }

  image(): ImageText {
    const blocks: string[] = [];
    for (let block = 0; block < this.store.blockCount; block += 1) {
      const sectors = Array.from({ length: 8 }, (_, sector) => this.#sectorText(block, sector));
      const isOne = sectors.every((text) => text === sectors[0]);
      blocks.push(isOne ? (sectors[0] as string) : sectors.join(','));
    }
    return blocks.join(' ');
  }

  #sectorText(block: number, startSector: number): string {
    const endSector = startSector + 1;
    const { status, stamps, marks } = this.do({ op: 'read', block, startSector, endSector }, 1);
    if (status !== 'ok') return 'x';
    return marks === null ? `${stamps[0]}` : `${marks[0]?.kind}!`;
  }
}

export function storeRig(change: Partial<StoreGuarantees> = {}, blockCount = 4): StoreRig {
  const guarantees = { isVolatile: true, cacheBlockCountMax: 1024, crashPolicy: 'any' } as const;
  return new StoreRig(new Store({ ...guarantees, ...change, blockCount }));
}

/** Every outcome of a power loss now, in the order of enumeration. */
export function everyCrash(rig: StoreRig): { image: ImageText; kept: string; lostCount: number }[] {
  const outcomes: { image: ImageText; kept: string; lostCount: number }[] = [];
  let path: { digit: number; n: number }[] = [];
  for (;;) {
    const choices = new PathChoices(path);
    outcomes.push(rig.fork().crash(choices));
    path = [...choices.asked];
    while (path.length > 0 && path.at(-1)!.digit + 1 === path.at(-1)!.n) path.pop();
    const last = path.pop();
    if (last === undefined) return outcomes;
    path.push({ digit: last.digit + 1, n: last.n });
  }
}

/** The different images that a power loss can leave, sorted. */
export function everyImage(rig: StoreRig): ImageText[] {
  return [...new Set(everyCrash(rig).map(({ image }) => image))].sort();
}

function countOf({ op, stamps, payloads }: Ask): number {
  return op === 'flush' ? 0 : (stamps?.length ?? payloads?.length ?? 1);
}
