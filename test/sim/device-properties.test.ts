import { describe, expect, test } from 'vitest';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import {
  type Behavior,
  createWorld,
  deviceProperties,
  Judge,
  makeDevice,
  nsPerMs,
  type Outbox,
  type Self,
} from '../../sim/index.ts';

const blockCount = 24;

interface Writer {
  nextStamp: number;
}

/** Writes, reads and flushes at random, whatever is under way. */
const writer: Behavior<Writer, null> = {
  name: 'writer',
  init: (_input, self, out) => {
    out.setTimer('turn', nsPerMs, { type: 'turn' });
    // No stamp is used twice, in no life of the writer.
    return { nextStamp: 1 + self.incarnation * 1_000_000 };
  },
  receive: (state, message, _from, self, out) => {
    if (message.type === 'turn') turn(state, self, out);
    return state;
  },
  copy: (state) => ({ ...state }),
};

function turn(state: Writer, self: Self, out: Outbox): void {
  out.setTimer('turn', nsPerMs, { type: 'turn' });
  const block = self.choose('block', blockCount);
  const place = { block, blockCount: 1, tag: null };
  const what = self.choose('what', 10);
  if (what === 0) out.submitIo('disk', { op: 'flush', block: 0, blockCount: 0, tag: null });
  else if (what < 6) out.submitIo('disk', { ...place, op: 'read' });
  else {
    const stamps = [state.nextStamp++];
    out.submitIo('disk', { ...place, op: 'write', stamps, fua: what === 9, preflush: what === 8 });
  }
}

const device = deviceSpecs(['nvme-consumer'])['nvme-consumer']!;

/** What the promises of a device come to on a run with a fault of it, and three power losses. */
function judged(seed: number, fault?: { readonly kind: string; readonly params?: object }) {
  const world = createWorld({ seed, level: 'hash' });
  world.addNode({ id: 'host-1', labels: {} });
  world.addDevice('host-1', 'disk', makeDevice(device, { blockCount, seed }));
  world.spawn({ id: 'host-1', node: 'host-1', behavior: writer, input: null });
  const judge = new Judge(Object.values(deviceProperties));
  world.watch((entry) => judge.observe(entry));
  for (const atMs of [400, 800, 1_200]) {
    const strike = { atNs: atMs * nsPerMs, target: 'host-1', params: {} };
    world.scheduleFault({ ...strike, kind: 'power-loss', forNs: 20 * nsPerMs });
    world.scheduleFault({ ...strike, kind: 'crash', atNs: (atMs + 200) * nsPerMs, forNs: nsPerMs });
  }
  if (fault !== undefined) {
    const { kind, params = {} } = fault;
    const strike = { atNs: 100 * nsPerMs, forNs: 1_000 * nsPerMs, target: 'host-1' };
    world.scheduleFault({ ...strike, kind, params: params as never });
  }
  world.runUntil(1_600 * nsPerMs);
  return judge.end(world.now, false);
}

const violatedBy = (judgements: ReturnType<typeof judged>) =>
  judgements.filter(({ status }) => status === 'violated').map(({ id }) => id);

describe('promises of a device', () => {
  test('are kept by one that loses power again and again (60 seeds)', () => {
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= 60; seed++) {
      const judgements = judged(seed);
      expect({ seed, broken: violatedBy(judgements) }).toEqual({ seed, broken: [] });
      for (const { id, evaluatedCount } of judgements) {
        counts.set(id, (counts.get(id) ?? 0) + evaluatedCount);
      }
    }
    for (const id of Object.keys(deviceProperties)) {
      // This device writes blocks of 4 KiB as a whole: none of them differs inside.
      if (id !== 'writes-tear-between-sectors') expect(counts.get(id), id).toBeGreaterThan(0);
    }
  });

  test.each([
    ['lying-flush', {}, 'flushed-writes-durable'],
    ['phantom-write', {}, 'device-reads-true'],
    ['misdirected-write', { share: 0.3 }, 'device-reads-true'],
    ['stale-read', {}, 'device-reads-true'],
    ['misdirected-read', {}, 'device-reads-true'],
    ['capacity-lie', { share: 0.5 }, 'device-reads-true'],
  ])('are broken by %s (%o), and %s notices within 20 seeds', (kind, params, property) => {
    const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
    const seen = seeds.find((seed) =>
      violatedBy(judged(seed, { kind, params })).includes(property),
    );
    expect(seen).toBeDefined();
  });

  test('are kept where a flush fails honestly, or a request fails (20 seeds)', () => {
    for (const kind of ['failed-flush', 'write-error', 'read-error']) {
      for (let seed = 1; seed <= 20; seed++) {
        const broken = violatedBy(judged(seed, { kind, params: { share: 0.3 } }));
        expect({ kind, seed, broken }).toEqual({ kind, seed, broken: [] });
      }
    }
  });
});
