import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { divergenceText, firstDivergence } from '../../../scenarios/runner/divergence.ts';
import type { Probe, ProbedEvent } from '../../../scenarios/runner/probe.ts';
import { probe } from '../../../scenarios/runner/probe.ts';
import type { Entry } from '../../../sim/record.ts';
import { heldVerdict } from './sample-run.ts';

/** A run of `length` events whose fingerprints are others from event `oddFrom` on. */
function runOf(length: number, oddFrom = Number.POSITIVE_INFINITY): Probe & { askedCount: number } {
  const asked = async (request: Parameters<Probe>[0]) => {
    one.askedCount += 1;
    return probe((watcher) => {
      for (let number = 1; number <= length; number++) {
        const isOdd = number >= oddFrom;
        watcher.onEntry(markOf(number, isOdd ? 'odd' : 'even'));
        const fingerprint = `${number}${isOdd ? ' odd' : ''}`;
        watcher.onEvent({ eventCount: number, nowNs: number * 10, fingerprint, choiceCount: 0 });
      }
      const fingerprint = `${length}${length >= oddFrom ? ' odd' : ''}`;
      return { ...heldVerdict, eventCount: length, simulatedNs: length * 10, fingerprint };
    }, request);
  };
  const one = Object.assign(asked, { askedCount: 0 });
  return one;
}

function markOf(index: number, name: string): Entry {
  const id = String(index).padStart(16, '0');
  const rest = { cause: null, previous: null, facts: {} };
  return { kind: 'mark', index, atNs: index * 10, actor: 'a', id, name, ...rest };
}

async function found(left: Probe, right: Probe, eventCount: number) {
  const divergence = await firstDivergence(left, right, eventCount);
  if (divergence === null || 'failure' in divergence) throw new Error('nothing was found');
  return divergence;
}

describe('the first divergence', () => {
  test.prop([fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 3000 })], {
    seed: 1,
    numRuns: 60,
  })('is the event that differs first, wherever it is', async (oddFrom, more) => {
    const length = oddFrom + more;
    const divergence = await found(runOf(length), runOf(length, oddFrom), length);
    expect(divergence.number).toBe(oddFrom);
    expect(divergence.left?.entries.map(({ index }) => index)).toEqual([oddFrom]);
  });

  test.prop([fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 2000 })], {
    seed: 1,
    numRuns: 60,
  })('is the end of the shorter run, where that alone differs', async (length, more) => {
    const longer = length + more;
    expect((await found(runOf(length), runOf(longer), longer)).number).toBe(length + 1);
    expect((await found(runOf(longer), runOf(length), longer)).number).toBe(length + 1);
  });

  it('is found in three looks among 100,000 events', async () => {
    const odd = runOf(100_000, 77_777);
    expect((await found(runOf(100_000), odd, 100_000)).number).toBe(77_777);
    expect(odd.askedCount).toBe(3);
  });

  it('is none between runs that are the same', async () => {
    expect(await firstDivergence(runOf(700), runOf(700), 700)).toBeNull();
  });

  it('is not found where a run fails', async () => {
    const failing: Probe = async () => ({ failure: 'out of memory' });
    expect(await firstDivergence(runOf(7), failing, 7)).toEqual({ failure: 'out of memory' });
  });
});

describe('its text', () => {
  const event = (fingerprint: string, entries: readonly Entry[], choiceCount = 3): ProbedEvent => ({
    number: 4,
    atNs: 40,
    fingerprint,
    choiceCount,
    entries,
  });

  it('shows the entry that differs, with its actor, its kind and both versions', () => {
    const left = event('1', [markOf(7, 'same'), markOf(8, 'map.applied')]);
    const right = event('2', [markOf(7, 'same'), markOf(8, 'map.refused')]);
    const lines = divergenceText({ number: 4, left, right }).split('\n');
    expect(lines[0]).toBe("first difference in event #4 at 40 ns: mark 'map.applied' at actor 'a'");
    expect(lines[1]).toBe('first difference at entry #8');
    expect(lines[2]).toMatch(/^ {2}before .*map\.applied/);
    expect(lines[3]).toMatch(/^ {2}now .*map\.refused/);
  });

  it('says so where the difference is in no entry', () => {
    const left = event('1', [markOf(7, 'same')], 3);
    const right = event('2', [markOf(7, 'same')], 4);
    expect(divergenceText({ number: 4, left, right })).toBe(
      "first difference in event #4 at 40 ns: mark 'same' at actor 'a'\n" +
        '  its entries are the same, its payload or choices are not (3 and 4 choices made before)',
    );
  });

  it('says so where one run ends', () => {
    const right = event('2', [markOf(7, 'more')]);
    expect(divergenceText({ number: 4, left: null, right })).toBe(
      'first difference in event #4 at 40 ns: the run ends there (before), ' +
        "which the other goes on with: mark 'more' at actor 'a'",
    );
  });
});
