// A world in which everything happens at once, for laws that must hold at any event.
import { assign, emit, sendTo, setup } from 'xstate';
import {
  type Behavior,
  createWorld,
  defaultNetwork,
  deviceProfiles,
  type Message,
  machineBehavior,
  nsPerMs,
  nsPerUs,
  type RecordLevel,
  tableDevice,
  uniformTable,
  type World,
} from '../../sim/index.ts';

interface ChatterState {
  readonly counts: number[];
  sentCount: number;
}

/** Marks its start, waits a little, and tells its parent what it was given. */
const errand: Behavior<{ readonly parent: string }, { readonly parent: string }> = {
  name: 'errand',
  init(input, self, out) {
    out.mark('errand.started', { incarnation: self.incarnation });
    out.setTimer('work', 700 * nsPerUs, { type: 'worked' });
    return input;
  },
  receive(state, _message, _from, _self, out) {
    out.send(state.parent, { type: 'errand.done' });
    return state;
  },
  copy: (state) => state,
};

/** At each beat talks to a peer by chance, writes, flushes or reads by chance, and runs errands. */
const chatter: Behavior<ChatterState> = {
  name: 'chatter',
  init(_input, self, out) {
    out.submitIo('disk', { op: 'read', block: 0, blockCount: 4, tag: 'recover' });
    out.setTimer('beat', nsPerMs + self.choose('first', 500) * nsPerUs, { type: 'beat' });
    return { counts: [], sentCount: 0 };
  },
  receive(state, message, _from, self, out) {
    state.counts.push(message.type.length);
    switch (message.type) {
      case 'beat': {
        state.sentCount += 1;
        const said = { type: 'said', n: state.sentCount, heard: state.counts.length } as Message;
        out.send(`chatter-${self.choose('peer', 3)}`, said, 1000);
        out.setTimer('beat', nsPerMs, { type: 'beat' });
        const block = self.choose('block', 4);
        const stamps = [state.sentCount];
        out.submitIo('disk', { op: 'write', block, blockCount: 1, stamps, tag: state.sentCount });
        if (self.choose('flush', 4) === 0) {
          out.submitIo('disk', { op: 'flush', block: 0, blockCount: 0, tag: 'flush' });
        }
        if (state.sentCount % 4 === 1) out.spawn('errand', errand, { parent: self.id });
        if (state.sentCount % 4 === 3) out.stop('errand');
        out.gauge('heard', state.counts.length);
        break;
      }
      case 'said':
        out.send('asker', { type: 'granted' });
        break;
      default:
        out.mark(message.type, { at: self.nowNs() });
    }
    return state;
  },
  copy: (state) => ({ ...state, counts: [...state.counts] }),
};

const worker = setup({}).createMachine({
  id: 'worker',
  initial: 'working',
  states: { working: { after: { 1: 'finished' } }, finished: { type: 'final' } },
});

const asker = setup({
  types: {
    context: {} as { readonly rounds: number },
    events: {} as { type: 'granted' },
  },
  actors: { worker },
  actions: {
    ask: sendTo(({ system }) => system.get('chatter-1'), { type: 'asked' }),
    noteRound: assign({ rounds: ({ context }) => context.rounds + 1 }),
    tell: emit(({ context }) => ({ type: 'round.finished', rounds: context.rounds })),
  },
}).createMachine({
  id: 'asker',
  context: () => ({ rounds: 0 }),
  initial: 'asking',
  states: {
    asking: {
      entry: 'ask',
      after: { 2: { target: 'asking', reenter: true } },
      on: { granted: 'busy' },
    },
    busy: {
      invoke: {
        id: 'work',
        src: 'worker',
        onDone: { target: 'asking', actions: ['noteRound', 'tell'] },
      },
    },
  },
});

/** When every fault of a busy world has ended, ns. */
export const busyEndNs = 24 * nsPerMs;

/**
 * Three nodes with disks, clocks and chatting actors, a machine with children, random order within
 * an instant, lossy wires, and faults of every kind, some of which overlap.
 */
export function busyWorld(level: RecordLevel = 'hash'): World {
  const world = createWorld({
    seed: 'busy',
    level,
    scheduling: 'random',
    network: {
      ...defaultNetwork,
      sameZone: uniformTable(50 * nsPerUs, 400 * nsPerUs),
      bandwidthBitsPerSec: 100_000_000,
      lossPpm: 50_000,
      duplicatePpm: 100_000,
      reorderPpm: 100_000,
    },
  });
  for (let i = 0; i < 3; i++) {
    const id = `n${i}`;
    world.addNode({ id, clock: { offsetNs: i * 1000, skewPpm: i * 50 } });
    world.addDevice(id, 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
    world.spawn({ id: `chatter-${i}`, node: id, behavior: chatter });
  }
  world.spawn({ id: 'asker', node: 'n2', behavior: machineBehavior(asker) });
  const plan: readonly (readonly [string, string, number, number, object])[] = [
    ['slow-disk', 'n1', 1, 12, { factor: 49 }],
    ['clock-skew', 'n2', 2, 10, { by: 300_000 }],
    ['crash', 'n2', 3, 2, {}],
    ['pause', 'n1', 4, 5, {}],
    ['power-loss', 'n0', 5.2, 3, {}],
    ['message-loss', 'any', 8, 3, { share: 0.3 }],
    ['crash', 'n1', 8, 3, {}],
    ['isolate', 'n2', 11, 2, { outbound: false }],
    ['message-duplication', 'n0', 12, 5, { share: 0.5 }],
    ['message-reordering', 'n1', 12, 5, { share: 0.5 }],
    ['message-delay', 'n2', 12, 5, { by: 333_333 }],
    ['power-loss', 'any', 18.1, 2, {}],
  ];
  for (const [kind, target, atMs, forMs, params] of plan) {
    const span = { atNs: atMs * nsPerMs, forNs: forMs * nsPerMs };
    world.scheduleFault({ kind, target, ...span, params: params as Record<string, number> });
  }
  const groups = [['n0'], ['n1', 'n2']];
  const span = { atNs: 14 * nsPerMs, forNs: 3 * nsPerMs };
  world.scheduleFault({ kind: 'partition', ...span, params: { groups, oneWay: true } });
  return world;
}
