import { describe, expect, it } from 'vitest';
import {
  createWorld,
  type Entry,
  type Finding,
  Judge,
  type MarkEntry,
  type Property,
} from '../../sim/index.ts';
import { doing } from '../support/behaviors.ts';

/** A mark at its position in a record: the whole of what these properties look at. */
function mark(index: number, name: string, kind: 'mark' | 'gauge' = 'mark'): Entry {
  const place = { index, atNs: index * 10, actor: 'a', id: `id-${index}` };
  const parents = { cause: null, previous: null };
  if (kind === 'gauge') return { ...place, ...parents, kind, name, value: 1 };
  return { ...place, ...parents, kind, name, facts: {} };
}

function finding(observed: string): Finding {
  return { what: `saw ${observed}`, expected: 'only good ones', observed };
}

function isMark(entry: Entry): entry is MarkEntry {
  return entry.kind === 'mark';
}

/** No mark may be `bad`. */
function neverBad(id = 'never-bad'): Property {
  return {
    id,
    mode: 'always',
    summary: 'no mark is bad',
    kinds: ['mark'],
    monitor: () => {
      let evaluatedCount = 0;
      return {
        get evaluatedCount() {
          return evaluatedCount;
        },
        observe(entry) {
          evaluatedCount += 1;
          return isMark(entry) && entry.name === 'bad' ? finding(entry.name) : null;
        },
        end: () => null,
      };
    },
  };
}

/**
 * Each `asked` is answered in the end; with `blaming` a missing answer is a violation, not a stall.
 */
function answered(blaming = false): Property {
  return {
    id: 'answered',
    mode: 'eventually',
    summary: 'whoever asked has an answer',
    kinds: ['mark'],
    monitor: () => {
      const open: Entry[] = [];
      let evaluatedCount = 0;
      return {
        get evaluatedCount() {
          return evaluatedCount;
        },
        observe(entry) {
          evaluatedCount += 1;
          if (isMark(entry) && entry.name === 'asked') open.push(entry);
          if (isMark(entry) && entry.name === 'answered') open.shift();
          return null;
        },
        end(nowNs) {
          if (!blaming || open.length === 0) return null;
          const { id, index, atNs } = open[0];
          return { ...finding(`no answer at ${nowNs} ns`), blame: { id, index, atNs } };
        },
        pending: () => (open.length === 0 ? null : `${open.length} without an answer`),
      };
    },
  };
}

const reached: Property = {
  id: 'reached',
  mode: 'sometimes',
  summary: 'a mark goal was seen',
  kinds: ['mark'],
  monitor: () => {
    let evaluatedCount = 0;
    return {
      get evaluatedCount() {
        return evaluatedCount;
      },
      observe(entry) {
        if (isMark(entry) && entry.name === 'goal') evaluatedCount += 1;
        return null;
      },
      end: () => null,
    };
  },
};

function judged(properties: readonly Property[], names: readonly string[], stopped = false) {
  const judge = new Judge(properties);
  for (const [index, name] of names.entries()) judge.observe(mark(index, name));
  return { judge, judgements: judge.end(1000, stopped) };
}

describe('the status of a property', () => {
  it.each<[string, Property, readonly string[], string]>([
    ['always', neverBad(), ['good', 'good'], 'held'],
    ['always', neverBad(), ['good', 'bad', 'good'], 'violated'],
    ['always', neverBad(), [], 'not exercised'],
    ['eventually', answered(), ['asked', 'answered'], 'held'],
    ['eventually', answered(), ['asked', 'asked', 'answered'], 'stalled'],
    ['eventually', answered(), [], 'not exercised'],
    ['eventually', answered(true), ['asked'], 'violated'],
    ['sometimes', reached, ['other', 'goal'], 'held'],
    ['sometimes', reached, ['other', 'other'], 'not exercised'],
  ])('%s after %#', (mode, property, names, status) => {
    const { judgements } = judged([property], names);
    expect(judgements.map((j) => [j.id, j.mode, j.status])).toEqual([[property.id, mode, status]]);
  });

  it('stays not judged where a violation of another cut the run short', () => {
    const { judgements } = judged([neverBad(), answered(true)], ['asked', 'bad'], true);
    expect(judgements.map(({ status }) => status)).toEqual(['violated', 'held']);
  });

  it('counts only what the property looks at: entries of other kinds are not shown to it', () => {
    const judge = new Judge([neverBad()]);
    judge.observe(mark(0, 'bad', 'gauge'));
    expect(judge.end(10, false)[0]).toMatchObject({ status: 'not exercised', evaluatedCount: 0 });
  });
});

describe('a violation', () => {
  it('names the entry that broke it, what was expected and what was observed', () => {
    const { judge, judgements } = judged([neverBad()], ['good', 'bad']);
    expect(judgements[0].violation).toEqual({
      property: 'never-bad',
      atNs: 10,
      event: 'id-1',
      eventIndex: 1,
      what: 'saw bad',
      expected: 'only good ones',
      observed: 'bad',
    });
    expect(judge.firstViolation).toBe(judgements[0].violation);
  });

  it('that comes first is the first, in the order of entries and then of properties', () => {
    const { judge, judgements } = judged(
      [neverBad('one'), neverBad('two')],
      ['good', 'bad', 'bad', 'bad'],
    );
    expect(judge.firstViolation).toMatchObject({ property: 'one', eventIndex: 1 });
    expect(judgements.map(({ violation }) => violation?.eventIndex)).toEqual([1, 1]);
  });

  it('ends the watch of its property: it is not evaluated again', () => {
    const { judgements } = judged([neverBad()], ['good', 'bad', 'bad', 'good']);
    expect(judgements[0].evaluatedCount).toBe(2);
  });

  it('found at the end blames the entry that it names, else none', () => {
    const { judge } = judged([answered(true)], ['good', 'asked']);
    expect(judge.firstViolation).toMatchObject({ event: 'id-1', eventIndex: 1, atNs: 10 });
    const anonymous: Property = {
      ...neverBad('late'),
      monitor: () => ({ evaluatedCount: 1, observe: () => null, end: () => finding('nothing') }),
    };
    const late = judged([anonymous], ['good']);
    expect(late.judge.firstViolation).toMatchObject({ event: null, eventIndex: null, atNs: 1000 });
  });
});

describe('what is pending', () => {
  it('is named by property while it is missing, and nothing once it has come', () => {
    const judge = new Judge([neverBad(), answered()]);
    judge.observe(mark(0, 'asked'));
    expect(judge.pending()).toEqual(['answered: 1 without an answer']);
    judge.observe(mark(1, 'answered'));
    expect(judge.pending()).toEqual([]);
  });
});

describe('a monitor that throws', () => {
  const broken = (where: 'observe' | 'end' | 'pending'): Property => ({
    ...neverBad(),
    monitor: () => {
      const boom = () => {
        throw new TypeError('boom');
      };
      const sound = { evaluatedCount: 1, observe: () => null, end: () => null };
      return { ...sound, [where]: boom };
    },
  });

  it.each(['observe', 'end', 'pending'] as const)('in %s ends the run: it is no pass', (where) => {
    expect(() => judged([broken(where)], ['good'])).toThrow(TypeError);
  });

  it('is not taken for a fault of the actor whose step it watched', () => {
    const world = createWorld({ seed: 1 });
    world.addNode({ id: 'n' });
    const behavior = doing((_state, _message, _from, _self, out) => out.mark('good'));
    world.spawn({ id: 'a', node: 'n', behavior });
    world.runUntil(0);
    const judge = new Judge([broken('observe')]);
    world.watch((entry) => judge.observe(entry));
    world.send('a', { type: 'go' });
    expect(() => world.runUntil(1)).toThrow(TypeError);
  });
});
