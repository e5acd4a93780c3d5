import type { ChoiceSource } from '../../../sim/choice.ts';
import {
  type Device,
  type IoCompletion,
  type IoRequest,
  ioCompletion,
} from '../../../sim/disk/device.ts';
import { tableDevice } from '../../../sim/disk/make-device.ts';
import { type DeviceProfile, deviceProfiles } from '../../../sim/disk/profiles.ts';

export type Answer = Omit<IoCompletion, 'type' | 'device'>;

/** What happened to one request, as an observer outside the device sees it. */
export interface History {
  readonly request: IoRequest;
  readonly submittedAtNs: number;
  /** In service: the device named a completion time. Null while it waits for queue depth. */
  dueAtNs: number | null;
  completedAtNs: number | null;
}

interface Due {
  readonly slot: number;
  readonly atNs: number;
  readonly order: number;
}

/** Drives one device: a clock, its pending completions, and a history of what was asked. */
export class Rig {
  nowNs = 0;
  readonly history: History[] = [];
  readonly answers: Answer[] = [];
  readonly device: Device;
  #due: Due[] = [];
  #order = 0;

  constructor(device: Device) {
    this.device = device;
  }

  submit(request: Omit<IoRequest, 'tag'>): number {
    const index = this.history.length;
    const entry = { request: { ...request, tag: index }, submittedAtNs: this.nowNs };
    this.history.push({ ...entry, dueAtNs: null, completedAtNs: null });
    this.device.submit(entry.request, index, this.nowNs, this.#schedule);
    return index;
  }

  write(
    block: number,
    stamps: number[],
    flags: { fua?: boolean; preflush?: boolean } = {},
  ): number {
    return this.submit({ op: 'write', block, blockCount: stamps.length, stamps, ...flags });
  }

  read(block: number, blockCount: number): number {
    return this.submit({ op: 'read', block, blockCount });
  }

  flush(): number {
    return this.submit({ op: 'flush', block: 0, blockCount: 0 });
  }

  /** Completes what is due next; false when nothing is in service. */
  completeNext(): boolean {
    const next = this.#earliest();
    if (next === undefined) return false;
    this.#due = this.#due.filter((due) => due !== next);
    this.nowNs = next.atNs;
    const done = this.device.complete(next.slot, this.nowNs, this.#schedule);
    if (done === null) return true;
    const { owner } = done;
    const { type: _, device: __, ...completion } = ioCompletion('d1', done);
    const entry = this.history[owner] as History;
    if (completion.tag !== owner) throw new Error(`tag ${completion.tag} came back to ${owner}`);
    entry.completedAtNs = this.nowNs;
    this.answers.push(completion);
    return true;
  }

  runUntil(untilNs: number): void {
    for (let next = this.#earliest(); next !== undefined; next = this.#earliest()) {
      if (next.atNs > untilNs) break;
      this.completeNext();
    }
    this.nowNs = Math.max(this.nowNs, untilNs);
  }

  drain(): void {
    while (this.completeNext());
  }

  /** Every stamp of the device, read through it. */
  image(): number[] {
    this.drain();
    this.read(0, this.device.blockCount);
    this.drain();
    return [...((this.answers.at(-1) as Answer).stamps ?? [])];
  }

  /** The same moment again, with a copy of the device. */
  fork(): Rig {
    const twin = new Rig(this.device.copy());
    twin.nowNs = this.nowNs;
    twin.history.push(...this.history.map((entry) => ({ ...entry })));
    twin.#due = [...this.#due];
    twin.#order = this.#order;
    return twin;
  }

  crash(choices: ChoiceSource): { image: number[]; kept: string; lostCount: number } {
    const outcome = this.device.crash(this.nowNs, choices, 'disk d1');
    this.#due = [];
    return { image: this.imageAfterCrash(), ...outcome };
  }

  /** Whatever is inside is aborted; the completions are due now. */
  reset(choices: ChoiceSource): void {
    this.#due = [];
    const how = { nowNs: this.nowNs, key: 'disk d1', losesCache: false };
    this.device.reset?.(how, choices, this.#schedule);
  }

  imageAfterCrash(): number[] {
    const reader = new Rig(this.device.copy());
    reader.nowNs = this.nowNs;
    return reader.image();
  }

  readonly #schedule = (slot: number, atNs: number): void => {
    this.#due.push({ slot, atNs, order: this.#order });
    this.#order += 1;
    const entry = this.history[this.device.ownerOf(slot)];
    if (entry !== undefined) entry.dueAtNs = atNs;
  };

  #earliest(): Due | undefined {
    return [...this.#due].sort((a, b) => a.atNs - b.atNs || a.order - b.order)[0];
  }
}

/** Every image that a power loss at this moment can leave, in the order of enumeration. */
export function crashImages(rig: Rig): { image: number[]; kept: string; lostCount: number }[] {
  const outcomes: { image: number[]; kept: string; lostCount: number }[] = [];
  let path: { digit: number; n: number }[] | null = [];
  while (path !== null) {
    const choices = new PathChoices(path);
    outcomes.push(rig.fork().crash(choices));
    path = nextPath(choices.asked);
  }
  return outcomes;
}

/** Follows a path of answers, then answers 0; remembers what it was asked. */
export class PathChoices implements ChoiceSource {
  readonly asked: { digit: number; n: number }[] = [];
  readonly #path: readonly { digit: number }[];

  constructor(path: readonly { digit: number }[]) {
    this.#path = path;
  }

  get madeCount(): number {
    return this.asked.length;
  }

  choose(kind: string, n: number, key: string): number {
    if (kind !== 'disk.crash' || key !== 'disk d1') throw new Error(`asked ${kind} for ${key}`);
    if (n < 2) throw new Error(`a choice among ${n}`);
    const digit = this.#path[this.asked.length]?.digit ?? 0;
    this.asked.push({ digit, n });
    return digit;
  }

  copy(): ChoiceSource {
    return new PathChoices(this.#path);
  }
}

function nextPath(asked: { digit: number; n: number }[]): { digit: number; n: number }[] | null {
  const path = [...asked];
  for (let last = path.pop(); last !== undefined; last = path.pop()) {
    if (last.digit + 1 < last.n) return [...path, { digit: last.digit + 1, n: last.n }];
  }
  return null;
}

const unit = { link: { baseNs: 0, perBlockNs: 0 }, busy: { baseNs: 0, perBlockNs: 0 } };

/** Round numbers: read and write 10 us per command, forced write 20 us, flush 100 us. */
const plainProfile: DeviceProfile = {
  ...deviceProfiles['nvme-consumer'],
  hwDepth: 64,
  channelCount: 64,
  ops: {
    read: { ...unit, service: { baseNs: 10_000, perBlockNs: 0 } },
    write: { ...unit, service: { baseNs: 10_000, perBlockNs: 1_000 } },
    forcedWrite: { ...unit, service: { baseNs: 20_000, perBlockNs: 0 } },
  },
  flush: { baseNs: 100_000, perBlockNs: 0 },
};

export function plainRig(change: Partial<DeviceProfile> = {}, blockCount = 16): Rig {
  return new Rig(tableDevice({ ...plainProfile, ...change }, blockCount));
}

export function texts(images: { image: number[] }[]): string[] {
  return [...new Set(images.map(({ image }) => image.join(' ')))].sort();
}
