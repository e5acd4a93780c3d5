// G6: what a power loss can leave, counted: every way in which the device may answer.
import {
  type ChoiceSource,
  type Device,
  type DeviceProfile,
  type IoRequest,
  tableDevice,
} from '../../../../sim/index.ts';
import type { GateRow } from './gate.ts';

type Policy = DeviceProfile['crashPolicy'];

/** A step of a story: a write of a version, a flush, or time for what is under way. */
type Step =
  | { readonly write: number; readonly version: number; readonly fua?: boolean }
  | 'flush'
  | 'settle';

/** Every row. */
export function crashRows(): readonly GateRow[] {
  return [
    ...[1, 4, 8].map((count) =>
      countRow(`${count} blocks written, each lost or kept`, 2 ** count, distinct(count)),
    ),
    ...[1, 5].map((count) =>
      countRow(`${count} versions of one block`, count + 1, versions(count)),
    ),
    countRow('8 blocks through a cache in order', 9, distinct(8, 'fifo')),
    ...flushRows(),
  ];
}

function countRow(
  what: string,
  expected: number,
  steps: { steps: Step[]; policy: Policy },
): GateRow {
  const found = imagesOf(steps.steps, steps.policy).size;
  return { gate: 'G6', what, expected, found, tolerance: 0, unit: 'images' };
}

function distinct(count: number, policy: Policy = 'any') {
  const steps: Step[] = [];
  for (let block = 0; block < count; block += 1) {
    steps.push({ write: block, version: block + 1 }, 'settle');
  }
  return { steps, policy };
}

function versions(count: number) {
  const steps: Step[] = [];
  for (let version = 1; version <= count; version += 1) {
    steps.push({ write: 0, version }, 'settle');
  }
  return { steps, policy: 'any' as const };
}

/** The rule, and what three mistaken rules would leave instead. */
const story: Step[] = [
  { write: 0, version: 1 },
  'settle',
  { write: 1, version: 2 },
  'flush',
  'settle',
  { write: 2, version: 3, fua: true },
  'settle',
];
const byRule = ['1 0 3', '1 2 3'];
const byMistake = {
  'a flush covers what is in flight': ['1 2 3'],
  'a forced write flushes all': ['1 2 3'],
  'the newest version always wins': ['1 2 3'],
} as const;

function flushRows(): GateRow[] {
  const images = [...imagesOf(story, 'any')].sort();
  const isRule = images.join('|') === byRule.join('|');
  const caught = Object.values(byMistake).filter(
    (mistaken) => mistaken.join('|') !== images.join('|'),
  );
  return [
    { ...flushRow('the flush rule: images by the rule'), expected: 1, found: isRule ? 1 : 0 },
    {
      ...flushRow('mistaken flush rules told apart'),
      expected: Object.keys(byMistake).length,
      found: caught.length,
    },
  ];
}

function flushRow(what: string) {
  return { gate: 'G6', what, tolerance: 0, unit: 'images' } as const;
}

/** All images that a power loss after a story can leave. */
function imagesOf(steps: readonly Step[], policy: Policy): Set<string> {
  const images = new Set<string>();
  let path: number[] | null = [];
  while (path !== null) {
    const choices: PathChoices = new PathChoices(path);
    images.add(imageAfter(steps, policy, choices));
    path = choices.nextPath();
  }
  return images;
}

function imageAfter(steps: readonly Step[], policy: Policy, choices: ChoiceSource): string {
  const teller = new Teller(policy);
  for (const step of steps) {
    if (step === 'settle') teller.settle();
    else teller.submit(requestOf(step));
  }
  const last = Math.max(...steps.map((step) => (typeof step === 'object' ? step.write : 0)));
  return teller.imageAfterCrash(choices, last + 1).join(' ');
}

function requestOf(step: Exclude<Step, 'settle'>): IoRequest {
  if (step === 'flush') return { op: 'flush', block: 0, blockCount: 0, tag: null };
  const { write, version, fua = false } = step;
  return { op: 'write', block: write, blockCount: 1, stamps: [version], fua, tag: null };
}

const free = { baseNs: 0, perBlockNs: 0 };
const slow = { baseNs: 10_000, perBlockNs: 0 };
const cost = { link: free, service: slow, busy: slow };

/** A device of fixed times, and who asks of it. */
class Teller {
  readonly #device: Device;
  readonly #due: { readonly slot: number; readonly atNs: number }[] = [];
  #nowNs = 0;
  readonly #schedule = (slot: number, atNs: number): void => {
    this.#due.push({ slot, atNs });
    this.#due.sort((a, b) => a.atNs - b.atNs);
  };

  constructor(crashPolicy: Policy) {
    const profile: DeviceProfile = {
      summary: 'fixed times',
      hwDepth: 64,
      channelCount: 64,
      cache: 'volatile',
      cacheBlockCountMax: 1_000,
      crashPolicy,
      ops: { read: cost, write: cost, forcedWrite: cost },
      flush: slow,
    };
    this.#device = tableDevice(profile, 16);
  }

  submit(request: IoRequest): void {
    this.#device.submit(request, 0, this.#nowNs, this.#schedule);
  }

  /** Everything that is under way comes to its end. */
  settle(): readonly number[] {
    let stamps: readonly number[] = [];
    for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) {
      this.#nowNs = next.atNs;
      const done = this.#device.complete(next.slot, next.atNs, this.#schedule);
      if (done?.request.op === 'read') stamps = [...done.stamps];
    }
    return stamps;
  }

  imageAfterCrash(choices: ChoiceSource, blockCount: number): readonly number[] {
    this.#device.crash(this.#nowNs, choices, 'gate');
    this.#due.length = 0;
    this.submit({ op: 'read', block: 0, blockCount, tag: null });
    return this.settle().slice(0, blockCount);
  }
}

/** Follows a path of answers, then answers 0; knows the path that comes after it. */
class PathChoices implements ChoiceSource {
  readonly #path: readonly number[];
  readonly #made: { readonly answer: number; readonly count: number }[] = [];

  constructor(path: readonly number[]) {
    this.#path = path;
  }

  get madeCount(): number {
    return this.#made.length;
  }

  choose(_kind: string, count: number): number {
    if (count === 1) return 0;
    const answer = this.#path[this.#made.length] ?? 0;
    this.#made.push({ answer, count });
    return answer;
  }

  copy(): ChoiceSource {
    return new PathChoices(this.#path);
  }

  /** The next of all paths in order; null after the last one. */
  nextPath(): number[] | null {
    const made = [...this.#made];
    while (made.length > 0) {
      const { answer, count } = made.pop()!;
      if (answer + 1 < count) return [...made.map((each) => each.answer), answer + 1];
    }
    return null;
  }
}
