import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine, initialTransition, transition } from 'xstate';
import { machineBehavior, machineDriver } from '../../sim/index.ts';
import { machineModes, machineModesMax } from '../../sim/machine-modes.ts';

describe('the modes of a machine', () => {
  it.each([
    ['flat', { initial: 'a', states: { a: {}, b: { type: 'final' } } }, ['a', 'b']],
    [
      'nested, without the states that only hold others',
      { initial: 'a', states: { a: { initial: 'x', states: { x: {}, y: {} } }, b: {} } },
      ['a.x', 'a.y', 'b'],
    ],
    [
      'parallel, one for each combination',
      {
        type: 'parallel',
        states: { disk: { initial: 'up', states: { up: {}, down: {} } }, net: {} },
      },
      ['disk.up+net', 'disk.down+net'],
    ],
    [
      'a region within a state',
      {
        initial: 'on',
        states: {
          on: {
            type: 'parallel',
            states: {
              p: { initial: 'a', states: { a: {}, b: {} } },
              q: { initial: 'c', states: { c: {}, d: {} } },
            },
          },
        },
      },
      ['on.p.a+on.q.c', 'on.p.a+on.q.d', 'on.p.b+on.q.c', 'on.p.b+on.q.d'],
    ],
    [
      'without history and without a state that is always left at once',
      {
        initial: 'deciding',
        states: {
          deciding: { always: [{ guard: 'isLate', target: 'a' }, { target: 'b' }] },
          a: { always: { guard: 'isLate', target: 'b' } },
          b: { initial: 'x', states: { x: {}, last: { type: 'history' } } },
        },
      },
      ['a', 'b.x'],
    ],
    ['of no states', {}, ['active']],
  ])('%s', (_, config, modes) => {
    expect(machineModes(createMachine(config as object))).toEqual(modes);
  });

  it('are not listed when regions multiply beyond the limit', () => {
    const region = { initial: 'a', states: { a: {}, b: {}, c: {}, d: {} } };
    const regions = (count: number) =>
      createMachine({
        type: 'parallel',
        states: Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n}`, region])),
      });
    expect(machineModes(regions(4))).toHaveLength(machineModesMax);
    expect(machineModes(regions(5))).toBeUndefined();
  });

  it('are those of its behavior and of its driver', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: {}, b: {} } });
    expect(machineBehavior(machine).modes).toEqual(['a', 'b']);
    expect(machineDriver(machine).modes).toEqual(['a', 'b']);
  });
});

interface Drawn {
  readonly isParallel: boolean;
  readonly children: readonly Drawn[];
}

const drawnState: fc.Memo<Drawn> = fc.memo((depth) =>
  fc.record({
    isParallel: fc.boolean(),
    children: depth <= 1 ? fc.constant([]) : fc.array(drawnState(depth - 1), { maxLength: 3 }),
  }),
);

/** Every state is left for any other by an event of its own. */
function configOf(drawn: Drawn, path: string): object {
  const keys = drawn.children.map((_, index) => `s${index}`);
  if (keys.length === 0) return {};
  const states = drawn.children.map((child, index) => {
    const on = keys.map((key) => [`${path}${index}${key}`, `#${path}${key}`]);
    const own = configOf(child, `${path}${index}`);
    const id = `${path}${keys[index]}`;
    return [
      keys[index],
      { id, ...own, ...(drawn.isParallel ? {} : { on: Object.fromEntries(on) }) },
    ];
  });
  const kind = drawn.isParallel ? { type: 'parallel' } : { initial: keys[0] };
  return { ...kind, states: Object.fromEntries(states) };
}

describe('a walk through any machine', () => {
  it('shows no mode that is not listed (120 machines, 40 events each)', () => {
    fc.assert(
      fc.property(
        drawnState(4),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        (drawn, picks) => {
          const machine: AnyStateMachine = createMachine(configOf(drawn, 'e') as object);
          const modes = machineModes(machine);
          if (modes === undefined) return;
          const { mode } = machineDriver(machine);
          let [snapshot] = initialTransition(machine);
          for (const pick of picks) {
            expect(modes).toContain(mode(snapshot));
            const { events } = machine;
            if (events.length === 0) break;
            const type = events[pick % events.length] as string;
            [snapshot] = transition(machine, snapshot, { type });
          }
        },
      ),
      { numRuns: 120 },
    );
  });
});
