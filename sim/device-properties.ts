// What block devices promise, as properties of any run that uses them: whoever puts machines of
// their own on simulated devices judges the devices by these.
//
// That writes after a flush never survive without those before it follows from the first: those
// before it survive whatever comes after. A device without a volatile cache, and one that writes
// several sectors as one, are held to it by the crash images of `device card`.
import { type DeviceFinding, DeviceHistory, type DeviceWrong } from './device-history.ts';
import type { Finding, Monitor, Property } from './property.ts';
import type { Entry } from './record.ts';

/** The properties of block devices; an entry's key is its id. */
export const deviceProperties = {
  'flushed-writes-durable': promise('flushed-writes-durable', 'lost', {
    summary: 'what a device completed a flush or a forced write for survives every power loss',
    expected: 'flushed and therefore durable',
  }),
  'crash-leaves-old-or-new': promise('crash-leaves-old-or-new', 'flipped', {
    summary: 'what a block was once read to hold after a power loss stays until it is written',
    expected: 'as it was read after the power loss',
  }),
  'device-reads-true': promise('device-reads-true', 'wrong', {
    summary: 'a device answers what was last written to a block, or what is being written',
    expected: 'last written',
  }),
  'writes-tear-between-sectors': promise('writes-tear-between-sectors', 'torn', {
    summary: 'a write that was cut off leaves each sector old or new',
    expected: 'written to the block before or by the write that was cut off',
  }),
} as const satisfies Readonly<Record<string, Property>>;

function promise(
  id: string,
  wrong: DeviceWrong,
  words: { readonly summary: string; readonly expected: string },
): Property {
  const { summary, expected } = words;
  return {
    id,
    mode: 'always',
    summary,
    kinds: ['io', 'mark', 'start', 'stop'],
    monitor: () => new DeviceMonitor(wrong, expected),
  };
}

class DeviceMonitor implements Monitor {
  readonly #history = new DeviceHistory();
  readonly #wrong: DeviceWrong;
  readonly #expected: string;

  constructor(wrong: DeviceWrong, expected: string) {
    this.#wrong = wrong;
    this.#expected = expected;
  }

  get evaluatedCount(): number {
    return this.#history.evaluated[this.#wrong];
  }

  observe(entry: Entry): Finding | null {
    const finding = this.#history.observe(entry);
    return finding?.wrong === this.#wrong ? this.#told(finding) : null;
  }

  end(): Finding | null {
    const finding = this.#history.unexplained(this.#wrong);
    return finding === null ? null : { ...this.#told(finding), blame: finding.read };
  }

  #told({ device, block, expected, found }: DeviceFinding): Finding {
    return {
      what: `device '${device}' answered a read of block ${block} with what it should not hold`,
      expected: `stamp ${expected.join(' or ')}, ${this.#expected}`,
      observed: `stamp ${found}`,
    };
  }
}
