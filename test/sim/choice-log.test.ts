// A run's choices, written down and read back.
import { describe, expect, it } from 'vitest';
import {
  type ChoiceSource,
  createWorld,
  defaultNetwork,
  nsPerMs,
  nsPerUs,
  recordedChoices,
  replayedChoices,
  seededChoices,
  uniformTable,
  type World,
} from '../../sim/index.ts';
import { type Burst, sender } from '../support/behaviors.ts';

/** Two senders that burst at each other over a network that draws latency, loss and doubles. */
function bursting(choices: ChoiceSource): World {
  const sameZone = uniformTable(50 * nsPerUs, 500 * nsPerUs);
  const network = { ...defaultNetwork, sameZone, lossPpm: 200_000, duplicatePpm: 200_000 };
  const world = createWorld({ seed: 99, choices, network, scheduling: 'random', level: 'full' });
  for (const id of ['a', 'b']) {
    world.addNode({ id });
    world.spawn({ id: `@${id}`, node: id, behavior: sender });
  }
  world.runUntil(0);
  world.send('@a', { type: 'burst', to: '@b', count: 20 } as Burst);
  world.send('@b', { type: 'burst', to: '@a', count: 20 } as Burst);
  return world;
}

function answersOf(choices: ChoiceSource, kind: string, key: string, count: number): number[] {
  return Array.from({ length: count }, () => choices.choose(kind, 10, key));
}

describe('recorded choices', () => {
  it('answer as their source does and keep each question with its answer', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    const plain = seededChoices('5');
    const answers = [choices.choose('net.loss', 7, 'x'), choices.choose('disk.crash', 2, 'y')];
    expect(answers).toEqual([plain.choose('net.loss', 7, 'x'), plain.choose('disk.crash', 2, 'y')]);
    expect(made).toEqual([
      { kind: 'net.loss', key: 'x', n: 7, answer: answers[0] },
      { kind: 'disk.crash', key: 'y', n: 2, answer: answers[1] },
    ]);
    expect(choices.madeCount).toBe(2);
  });

  it('keep nothing of a choice with one alternative', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    expect(choices.choose('net.loss', 1, 'x')).toBe(0);
    expect([made.length, choices.madeCount]).toEqual([0, 0]);
  });

  it('go on in a copy from what was kept, each side by itself', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    answersOf(choices, 'k', 'x', 3);
    const copy = choices.copy();
    expect(answersOf(copy, 'k', 'x', 4)).toEqual(answersOf(choices, 'k', 'x', 4));
    copy.choose('k', 10, 'y');
    expect(copy.made.slice(0, 7)).toEqual(made);
    expect([made.length, copy.made.length]).toEqual([7, 8]);
  });
});

describe('replayed choices', () => {
  it('give a world the run they were recorded from (random scheduling, loss, doubles)', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    const first = bursting(choices);
    first.runUntil(nsPerMs);
    expect(made.length).toBeGreaterThan(100);
    const replay = replayedChoices(made);
    const second = bursting(replay);
    second.runUntil(nsPerMs);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(replay.divergedCount).toBe(0);
    expect(replay.madeCount).toBe(choices.madeCount);
  });

  it('keep the answers of each kind and key when choices of others vanish or appear', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    const kept = [];
    for (let i = 0; i < 20; i++) {
      answersOf(choices, 'a', 'x', 3);
      answersOf(choices, 'b', 'x', 2);
      kept.push(choices.choose('a', 10, 'y'));
    }
    const replay = replayedChoices(made);
    const found = kept.map((_, i) => {
      if (i % 3 === 0) replay.choose('a', 10, 'x');
      if (i % 2 === 0) replay.choose('new', 10, 'x');
      return replay.choose('a', 10, 'y');
    });
    expect(found).toEqual(kept);
    expect(replay.divergedCount).toBe(10);
  });

  it('answer 0 and count it where the log ends or has another number of alternatives', () => {
    const replay = replayedChoices([
      { kind: 'k', key: 'x', n: 5, answer: 4 },
      { kind: 'k', key: 'x', n: 5, answer: 3 },
      { kind: 'k', key: 'x', n: 5, answer: 2 },
    ]);
    const answers = [5, 6, 5, 5].map((n) => replay.choose('k', n, 'x'));
    expect(answers).toEqual([4, 0, 2, 0]);
    expect(replay.divergedCount).toBe(2);
    expect(replay.choose('k', 1, 'x')).toBe(0);
    expect([replay.divergedCount, replay.madeCount]).toEqual([2, 4]);
  });

  it('tell questions apart whose kind and key join to the same text', () => {
    const replay = replayedChoices([
      { kind: 'a b', key: 'c', n: 5, answer: 1 },
      { kind: 'a', key: 'b c', n: 5, answer: 2 },
    ]);
    expect([replay.choose('a', 5, 'b c'), replay.choose('a b', 5, 'c')]).toEqual([2, 1]);
  });

  it('give both sides of a fork the same future', () => {
    const { choices, made } = recordedChoices(seededChoices('5'));
    bursting(choices).runUntil(nsPerMs);
    const replay = replayedChoices(made);
    replay.choose('not in the log', 2, 'x');
    const trunk = bursting(replay);
    trunk.runSteps(1);
    const copy = replay.copy();
    expect([copy.divergedCount, copy.madeCount]).toEqual([1, replay.madeCount]);
    const branch = trunk.fork();
    trunk.runUntil(nsPerMs);
    branch.runUntil(nsPerMs);
    expect(branch.fingerprint).toBe(trunk.fingerprint);
  });

  it('refuse a log with an answer that its question does not have', () => {
    const log = [{ kind: 'k', key: 'x', n: 2, answer: 2 }];
    expect(() => replayedChoices(log)).toThrow(
      'logged answer 2 of "k" for "x", expected an integer below 2',
    );
  });
});
