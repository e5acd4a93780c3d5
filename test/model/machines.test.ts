// The machines of the store as a visualiser and a reader see them: data, small, without dead ends.
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine, type EventFromLogic } from 'xstate';
import { getStateNodes, toDirectedGraph } from 'xstate/graph';
import { behaviors, machines } from '../../model/index.ts';
import { inlineParts, machineConfig } from '../../sim/index.ts';

type Machines = typeof machines;
type StateNode = AnyStateMachine['root'];

const leafCountMax = 14;

/** Every event that a machine is said to take: the compiler keeps the lists complete. */
const declaredEvents: {
  readonly [K in keyof Machines]: Readonly<
    Record<EventFromLogic<Machines[K]['machine']>['type'], true>
  >;
} = {
  'map-authority': {
    FLUSHED: true,
    RECOVERED: true,
    FOLLOWING: true,
    BATCH_SUBMITTED: true,
    BATCH_FLUSHED: true,
    DEVICE_FAILED: true,
  },
  'authority-member': {
    FOLLOW: true,
    PRE_CAMPAIGN: true,
    CAMPAIGN: true,
    LEAD: true,
    LEARN: true,
    HEARD: true,
    RECOVER: true,
    FAIL: true,
  },
  cell: { CENSUS: true },
  client: {
    ATTACH: true,
    GRANTED: true,
    SUPERSEDED: true,
    FENCED: true,
    LAPSED: true,
    RENEWED: true,
    DETACH: true,
    DRAINED: true,
    DETACHED: true,
    REVIEWED: true,
  },
  host: { HEADERS_READ: true, SCANNED: true, DEVICE_FAILED: true },
  optimizer: { SURVEYED: true, MOVED: true },
  mover: {
    ROUTE_READ: true,
    SURVEYED: true,
    HEARD: true,
    REST: true,
    TELL: true,
    IMPORT: true,
    TOLD: true,
    IMPORTED: true,
  },
  'cell-member': { PLEDGES_READ: true, SETTLED: true, DEVICE_FAILED: true },
  'lineage-store': { RECORDS_READ: true, DEVICE_FAILED: true },
  upload: { SURVEYED: true, BEGUN: true, COPIED: true, ENDED: true, INCOMPLETE: true, STUCK: true },
  backup: {
    PENDING: true,
    NOTHING: true,
    PRUNE: true,
    FOLLOW: true,
    UPLOADED: true,
    PRUNED: true,
    CHECKED: true,
  },
  restore: { LISTED: true, SURVEYED: true, STALE: true, LOADED: true },
  'backup-set': { LISTED: true, CUT: true, REGISTERED: true, ENOUGH: true },
  cut: { SURVEYED: true, ALL_DONE: true, REFUSED: true },
  're-mirror': {
    PROBED: true,
    CHANGED: true,
    REFUSED: true,
    ADOPTED: true,
    SLOT_FOUND: true,
    CAUGHT_UP: true,
    SUSPECTED: true,
    TARGET_FAILED: true,
    FAILED: true,
    COPY_GONE: true,
    LOST: true,
  },
  'snapshot-request': {
    HEARD: true,
    READ_ROUTE: true,
    QUERY: true,
    RE_READ: true,
    RESOLVE: true,
    DRIVE: true,
    TAKE: true,
    WAIT: true,
    TAKEN: true,
    PUBLISHED: true,
    CANCEL: true,
    END: true,
  },
};

const all = Object.entries(machines) as [keyof Machines, { machine: AnyStateMachine }][];

describe('each machine of the store', () => {
  it('is in the table, and belongs to the behavior of its name', () => {
    for (const { name, modes } of behaviors) {
      if (modes === undefined) continue;
      expect(Object.keys(machines)).toContain(name);
      const { machine } = machines[name as keyof Machines];
      expect(machine.id).toBe(name);
      expect(leaves(machine).map(pathOf)).toEqual(expect.arrayContaining([...modes]));
    }
  });

  it.each(all)('%s is data: names of actions, guards and delays, no code', (_name, { machine }) => {
    expect(inlineParts(machine)).toEqual([]);
    const config = machineConfig(machine);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it.each(all)(
    '%s opens as it stands: its data alone makes the same states and transitions',
    (_name, { machine }) => {
      const copy = createMachine(machineConfig(machine));
      const drawn = (of: AnyStateMachine) => JSON.stringify(toDirectedGraph(of));
      expect(drawn(copy)).toBe(drawn(machine));
      expect(copy.events).toEqual(machine.events);
    },
  );

  it.each(all)(
    `%s fits a page: at most ${leafCountMax} states to rest in`,
    (_name, { machine }) => {
      expect(leaves(machine).length).toBeLessThanOrEqual(leafCountMax);
    },
  );

  it.each(all)('%s has a way into every state', (_name, { machine }) => {
    const reached = reachable(machine);
    const unreached = getStateNodes(machine).filter((node) => !reached.has(node));
    expect(unreached.map(pathOf)).toEqual([]);
  });

  it.each(all)('%s has a way on from every state, or ends there', (_name, { machine }) => {
    const stuck = leaves(machine).filter((leaf) => leaf.type !== 'final' && !hasWayOut(leaf));
    // A host leaves `serving` by a crash only, which no machine survives.
    expect(stuck.map((leaf) => `${machine.id} ${pathOf(leaf)}`)).toEqual(
      machine.id === 'host' ? ['host serving'] : [],
    );
  });

  it.each(all)('%s handles every event that it is sent, and no other', (name, { machine }) => {
    const handled = machine.events.filter((event) => !event.startsWith('xstate.'));
    expect([...handled].sort()).toEqual(Object.keys(declaredEvents[name]).sort());
  });

  it.each(all)('%s has a name for each delay', (_name, { machine }) => {
    const { delays } = machine.implementations;
    for (const { after } of [machine.root, ...getStateNodes(machine)]) {
      for (const { delay } of after) expect(Object.keys(delays)).toContain(delay);
    }
  });
});

function leaves(machine: AnyStateMachine): readonly StateNode[] {
  return getStateNodes(machine).filter((node) => Object.keys(node.states).length === 0);
}

function pathOf(node: StateNode): string {
  return node.path.join('.');
}

/** Every state that some row of events leads to, whatever the guards say. */
function reachable(machine: AnyStateMachine): ReadonlySet<StateNode> {
  const reached = new Set<StateNode>();
  const enter = (node: StateNode): void => {
    if (reached.has(node)) return;
    reached.add(node);
    if (node.parent !== undefined) enter(node.parent);
    for (const first of firstOf(node)) enter(first);
    for (const { target } of transitionsOf(node)) {
      for (const next of target ?? []) enter(next as StateNode);
    }
  };
  enter(machine.root);
  return reached;
}

function firstOf(node: StateNode): readonly StateNode[] {
  if (node.type === 'parallel') return Object.values<StateNode>(node.states);
  return [...(node.initial?.target ?? [])] as StateNode[];
}

function transitionsOf(node: StateNode) {
  return [...node.transitions.values()].flat().concat(node.always ?? []);
}

/** Whether the state or one around it has a transition to somewhere else. */
function hasWayOut(leaf: StateNode): boolean {
  for (let node: StateNode | undefined = leaf; node !== undefined; node = node.parent) {
    for (const { target } of transitionsOf(node)) {
      if (target?.some((next) => next !== leaf)) return true;
    }
  }
  return false;
}
