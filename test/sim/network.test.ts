import { describe, expect, it } from 'vitest';
import { constantTable, seededChoices, uniformTable } from '../../sim/index.ts';
import { defaultNetwork, Network, type NetworkSpec } from '../../sim/network.ts';

const us = 1_000;

/** What became of `count` messages from a to b, sent `everyNs` apart: arrivals of each. */
function sendMany(
  network: Network,
  how: { count: number; everyNs?: number; sizeBytes?: number; seed?: string },
): number[][] {
  const choices = seededChoices(how.seed ?? '1');
  const fates: number[][] = [];
  for (let i = 0; i < how.count; i++) {
    const nowNs = i * (how.everyNs ?? 0);
    const copies = network.route('a', 'b', true, how.sizeBytes ?? 128, nowNs, choices);
    fates.push([...network.arrivalsNs.slice(0, copies)]);
  }
  return fates;
}

function networkOf(spec: Partial<NetworkSpec>): Network {
  return new Network({ ...defaultNetwork, bandwidthBitsPerSec: 0, ...spec });
}

/** Five standard deviations of the number of hits among n with probability p. */
function spread(n: number, p: number): number {
  return 5 * Math.sqrt(n * p * (1 - p));
}

describe('shares', () => {
  const count = 20_000;

  it.each(['1', '2', '3'])(
    'loses 30 %% of messages within 5 sigma (loss 30 %%, seed %s)',
    (seed) => {
      const fates = sendMany(networkOf({ lossPpm: 300_000 }), { count, seed });
      const lostCount = fates.filter((arrivals) => arrivals.length === 0).length;
      expect(Math.abs(lostCount - count * 0.3)).toBeLessThan(spread(count, 0.3));
    },
  );

  it('doubles 10 % of messages within 5 sigma and loses none (duplication 10 %)', () => {
    const fates = sendMany(networkOf({ duplicatePpm: 100_000 }), { count });
    const twiceCount = fates.filter((arrivals) => arrivals.length === 2).length;
    expect(Math.abs(twiceCount - count * 0.1)).toBeLessThan(spread(count, 0.1));
    expect(fates.filter((arrivals) => arrivals.length === 0)).toEqual([]);
  });

  it('has 20 % of messages overtaken within 5 sigma (reordering 20 %, one each 10 us)', () => {
    const spec = { reorderPpm: 200_000, sameZone: constantTable(100 * us) };
    const arrivals = sendMany(networkOf(spec), { count, everyNs: 10 * us }).map(([at]) => at);
    const overtakenCount = arrivals.filter((at, i) =>
      arrivals.slice(i + 1, i + 10).some((later) => later < at),
    ).length;
    // A message held back is overtaken unless the nine after it are held back, too: once in 2
    // million.
    expect(Math.abs(overtakenCount - count * 0.2)).toBeLessThan(spread(count, 0.2));
  });

  it('delivers each message once and in order while no share is set', () => {
    const fates = sendMany(networkOf({}), { count: 1000, everyNs: 1 });
    expect(fates.every((arrivals) => arrivals.length === 1)).toBe(true);
    const arrivals = fates.map(([at]) => at);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  });

  it('adds up independent losses as 1 - (1 - p)(1 - q)', () => {
    const network = networkOf({ lossPpm: 200_000 });
    network.disturb({ reason: 'loss', strikes: () => true, lossPpm: 500_000 });
    const lostCount = sendMany(network, { count }).filter((arrivals) => !arrivals.length).length;
    expect(Math.abs(lostCount - count * 0.6)).toBeLessThan(spread(count, 0.6));
  });

  it.each([
    ['lossPpm', 0],
    ['duplicatePpm', 2],
  ] as const)('strikes every message when %s is a million', (share, copies) => {
    const fates = sendMany(networkOf({ [share]: 1_000_000 }), { count: 1000 });
    expect(fates.every((arrivals) => arrivals.length === copies)).toBe(true);
  });
});

describe('order', () => {
  it('never reorders a link (fifo, reordering and duplication 50 %, latencies 0 to 1 ms)', () => {
    const wild = {
      reorderPpm: 500_000,
      duplicatePpm: 500_000,
      sameZone: uniformTable(0, 1000 * us),
    };
    const flat = (fifo: boolean) => {
      return sendMany(networkOf({ ...wild, fifo }), { count: 2000, everyNs: us }).flat();
    };
    const inversionsOf = (arrivals: readonly number[]) =>
      arrivals.filter((at, i) => i > 0 && at <= arrivals[i - 1]).length;
    expect(inversionsOf(flat(true))).toBe(0);
    expect(inversionsOf(flat(false))).toBeGreaterThan(500);
  });
});

describe('bandwidth', () => {
  const latencyNs = 100 * us;

  it.each([
    [1000, 1500, 10_000_000_000],
    [64, 1_048_576, 25_000_000_000],
    // 8 MiB messages: bytes times bits times ns per s would not fit in 2^53.
    [16, 8_388_608, 10_000_000_000],
    [3, 1_000_000_000, 1_000_000_000],
  ])('sends %i messages of %i bytes at %i bit/s in n*s*8/bw', (count, sizeBytes, rate) => {
    const spec = { bandwidthBitsPerSec: rate, sameZone: constantTable(latencyNs) };
    const fates = sendMany(networkOf(spec), { count, sizeBytes });
    const oneNs = Number((BigInt(sizeBytes) * 8_000_000_000n + BigInt(rate) - 1n) / BigInt(rate));
    expect(fates.map(([at]) => at)).toEqual(fates.map((_, i) => (i + 1) * oneNs + latencyNs));
  });

  it('lets an idle interface send at once (messages further apart than they are long)', () => {
    const spec = { bandwidthBitsPerSec: 8_000_000_000, sameZone: constantTable(latencyNs) };
    const fates = sendMany(networkOf(spec), { count: 10, everyNs: 2000, sizeBytes: 1000 });
    expect(fates.map(([at], i) => at - i * 2000)).toEqual(fates.map(() => 1000 + latencyNs));
  });

  it('charges one interface for all that leaves it, and another for nothing', () => {
    const network = networkOf({ bandwidthBitsPerSec: 8_000_000_000 });
    const choices = seededChoices('1');
    const arrivalOf = (from: string, to: string) => {
      network.route(from, to, true, 1000, 0, choices);
      return network.arrivalsNs[0] - latencyNs;
    };
    expect([arrivalOf('a', 'b'), arrivalOf('a', 'c'), arrivalOf('b', 'a')]).toEqual([
      1000, 2000, 1000,
    ]);
  });

  it.each([-1, 0.5, Number.NaN])('refuses a message of %d bytes', (sizeBytes) => {
    const network = networkOf({});
    const send = () => sendMany(network, { count: 1, sizeBytes });
    expect(send).toThrow(/node 'a' sends .* bytes, expected an integer from 0/);
  });
});

describe('chance of a link', () => {
  const spec = { sameZone: uniformTable(50 * us, 150 * us) };
  const calm = sendMany(networkOf(spec), { count: 300 });

  it('is not shifted by loss on the same link: what still arrives keeps its instant', () => {
    const network = networkOf({ ...spec, lossPpm: 300_000 });
    const fates = sendMany(network, { count: 300 });
    const arrived = fates.flatMap((arrivals, i) => (arrivals.length > 0 ? [i] : []));
    expect(arrived.length).toBeLessThan(250);
    expect(arrived.map((i) => fates[i])).toEqual(arrived.map((i) => calm[i]));
  });

  it('is not shifted by duplication or by a cut that comes and goes', () => {
    const network = networkOf({ ...spec, duplicatePpm: 500_000 });
    const choices = seededChoices('1');
    const firsts: (number | null)[] = [];
    for (let i = 0; i < 300; i++) {
      const cut = i === 100 ? network.disturb({ reason: 'c', cut: true, strikes: () => true }) : -1;
      const copies = network.route('a', 'b', true, 128, 0, choices);
      firsts.push(copies === 0 ? null : network.arrivalsNs[0]);
      if (cut >= 0) network.calm(cut);
    }
    expect(firsts).toEqual(calm.map(([at], i) => (i === 100 ? null : at)));
  });

  it('goes on alike in a copy', () => {
    const network = networkOf({ ...spec, bandwidthBitsPerSec: 1_000_000_000, fifo: true });
    const choices = seededChoices('1');
    network.route('a', 'b', true, 4096, 0, choices);
    const [copy, copiedChoices] = [network.copy(), choices.copy()];
    const next = (n: Network, c: typeof choices) => {
      n.route('a', 'b', true, 4096, 0, c);
      return n.arrivalsNs[0];
    };
    expect(next(copy, copiedChoices)).toBe(next(network, choices));
  });
});
