// The law: in virtual time a machine takes the same steps as a live XState actor on a simulated
// clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  raise,
  SimulatedClock,
} from 'xstate';
import { machineBehavior } from '../../sim/machine-actor.ts';
import { actorHarness } from '../support/actor-harness.ts';

interface Edge {
  /** Index into all states; beyond the end: no target. */
  readonly target: number;
  readonly guardAt: number;
  readonly reenter: boolean;
  readonly effect: 'count' | 'raise' | 'later' | 'named' | 'cancel' | 'tell';
  readonly delayMs: number;
}

interface Leaf {
  readonly edges: readonly Edge[];
  readonly after: readonly Edge[];
  readonly always: boolean;
}

interface Spec {
  readonly isParallel: boolean;
  readonly regions: readonly {
    readonly hasHistory: boolean;
    readonly leaves: readonly Leaf[];
    readonly edges: readonly Edge[];
  }[];
}

type Step = { readonly event: number } | { readonly passMs: number };

const eventTypes = ['E0', 'E1', 'E2'] as const;

const edge: fc.Arbitrary<Edge> = fc.record({
  target: fc.nat(11),
  guardAt: fc.nat(3),
  reenter: fc.boolean(),
  effect: fc.constantFrom('count', 'raise', 'later', 'named', 'cancel', 'tell'),
  delayMs: fc.integer({ min: 1, max: 12 }),
});
const leaf: fc.Arbitrary<Leaf> = fc.record({
  edges: fc.array(edge, { minLength: 3, maxLength: 3 }),
  after: fc.array(edge, { maxLength: 2 }),
  always: fc.boolean(),
});
const spec: fc.Arbitrary<Spec> = fc.record({
  isParallel: fc.boolean(),
  regions: fc.array(
    fc.record({
      hasHistory: fc.boolean(),
      leaves: fc.array(leaf, { minLength: 1, maxLength: 3 }),
      edges: fc.array(edge, { maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 3 },
  ),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(fc.record({ event: fc.nat(2) }), fc.record({ passMs: fc.integer({ min: 1, max: 15 }) })),
  { maxLength: 25 },
);

interface Counted {
  readonly context: { readonly count: number };
}

// biome-ignore lint/suspicious/noExplicitAny: a machine built from data has no types to infer.
type Loose = any;

/** Events raise only later events and `always` only goes forward, so every step ends. */
function actionsOf(of: Edge, level: number): Loose[] {
  const count = assign({
    count: ({ context }: Counted) => (context.count + level + 1) % 97,
  } as Loose);
  const type = eventTypes[of.delayMs % 3];
  switch (of.effect) {
    case 'count':
      return [count];
    case 'raise':
      return level < 2 ? [count, raise({ type: eventTypes[level + 1] } as Loose)] : [count];
    case 'later':
      return [raise({ type } as Loose, { delay: of.delayMs }), count];
    case 'named':
      return [cancel('alarm'), raise({ type } as Loose, { id: 'alarm', delay: of.delayMs })];
    case 'cancel':
      return [cancel('alarm'), count];
    case 'tell':
      return [
        emit(({ context }: Counted) => ({ type: 'told', count: context.count })) as Loose,
        count,
      ];
  }
}

function machineOf(of: Spec): AnyStateMachine {
  const ids = of.regions.flatMap((region, r) => [
    ...region.leaves.map((_, l) => `#r${r}l${l}`),
    ...(region.hasHistory ? [`#r${r}back`] : []),
  ]);
  const build = (e: Edge, level: number) => ({
    ...(ids[e.target] === undefined ? {} : { target: ids[e.target] }),
    guard: ({ context }: Counted) => e.guardAt === 3 || context.count % 3 >= e.guardAt,
    // Into its own history without reenter, a leaf is entered but not left: XState then arms its
    // delays twice under one id, and the kernel replaces the first. Everything else must be the
    // same.
    reenter: e.reenter || ids[e.target]?.endsWith('back') === true,
    actions: actionsOf(e, level),
  });
  const onOf = (edges: readonly Edge[]) =>
    Object.fromEntries(edges.map((e, level) => [eventTypes[level], build(e, level)]));
  const states = of.regions.map((region, r) => {
    const leaves = region.leaves.map((one, l): [string, Loose] => [
      `l${l}`,
      {
        id: `r${r}l${l}`,
        entry: assign({ count: ({ context }: Counted) => (context.count * 2 + l) % 97 } as Loose),
        exit: emit({ type: `left r${r}.l${l}` }),
        on: onOf(one.edges),
        after: Object.fromEntries(one.after.map((e) => [e.delayMs, build(e, 2)])),
        ...(one.always && l + 1 < region.leaves.length
          ? {
              always: {
                guard: ({ context }: Counted) => context.count % 2 === 1,
                target: `l${l + 1}`,
              },
            }
          : {}),
      },
    ]);
    if (region.hasHistory) leaves.push(['back', { id: `r${r}back`, type: 'history' }]);
    const name = `r${r}`;
    return [
      name,
      { initial: 'l0', states: Object.fromEntries(leaves), on: onOf(region.edges) },
    ] as const;
  });
  return createMachine({
    id: 'law',
    context: () => ({ count: 1 }),
    ...(of.isParallel ? { type: 'parallel' } : { initial: 'r0' }),
    states: Object.fromEntries(states),
  } as Loose);
}

interface Seen {
  readonly value: unknown;
  readonly context: unknown;
  readonly emittedCount: number;
}

function liveRun(machine: AnyStateMachine, script: readonly Step[]): Seen[] {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock });
  let emittedCount = 0;
  actor.on('*', () => {
    emittedCount += 1;
  });
  actor.start();
  const see = (): Seen => {
    const { value, context } = actor.getSnapshot();
    return { value, context, emittedCount };
  };
  return [undefined, ...script].map((step) => {
    // The clock moves time before it fires: by single milliseconds, what is due fires on time.
    if (step && 'passMs' in step) for (let ms = 0; ms < step.passMs; ms++) clock.increment(1);
    else if (step) actor.send({ type: eventTypes[step.event] });
    return see();
  });
}

function simulatedRun(machine: AnyStateMachine, script: readonly Step[]): Seen[] {
  const sim = actorHarness();
  sim.start('law', machineBehavior(machine));
  return [undefined, ...script].map((step) => {
    if (step && 'passMs' in step) sim.pass(step.passMs);
    else if (step) sim.send('law', { type: eventTypes[step.event] as string });
    const { value, context } = sim.state('law');
    const emittedCount = sim.lines.filter((line) => line.includes(' mark ')).length;
    return { value, context, emittedCount };
  });
}

describe('machineBehavior', () => {
  it('steps as a live actor does (random machines, events and delays)', () => {
    let movedCount = 0;
    fc.assert(
      fc.property(spec, steps, (of, script) => {
        const machine = machineOf(of);
        const expected = liveRun(machine, script);
        if (expected.some((seen) => seen.emittedCount > 2)) movedCount += 1;
        expect(simulatedRun(machine, script)).toEqual(expected);
      }),
      { numRuns: 400, seed: 20_260 },
    );
    expect(movedCount).toBeGreaterThan(100);
  });

  it('takes the same steps twice in one process', () => {
    fc.assert(
      fc.property(spec, steps, (of, script) => {
        const machine = machineOf(of);
        const keys = [0, 1].map(() => {
          const sim = actorHarness();
          sim.start('law', machineBehavior(machine));
          for (const step of script) {
            if ('passMs' in step) sim.pass(step.passMs);
            else sim.send('law', { type: eventTypes[step.event] as string });
          }
          return [...sim.timers('law'), ...sim.lines];
        });
        expect(keys[1]).toEqual(keys[0]);
      }),
      { numRuns: 100, seed: 20_261 },
    );
  });
});
