// The members of a cell, who asks them, and an authority that grants leases: a cell without a
// cluster around it, for stories of its records.
import type { MutantId } from '../../model/index.ts';
import { properties } from '../../model/invariants.ts';
import {
  cellMember,
  cellMemberId,
  controlDevice,
} from '../../model/lineage/cell-member/cell-member.ts';
import { controlBlockCount } from '../../model/lineage/cell-member/control-store.ts';
import type { CellMemberInput } from '../../model/lineage/cell-member/state.ts';
import type { CellCommand, CellName, CellRecord } from '../../model/lineage/cell-record.ts';
import { firstRouting } from '../../model/lineage/routing.ts';
import { newVolume } from '../../model/lineage/volume-record.ts';
import type {
  AskCell,
  AskCellLease,
  CellAnswer,
  CellLeaseGranted,
} from '../../model/messages/lineage.ts';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import {
  type Behavior,
  type ChoiceSource,
  createWorld,
  Judge,
  makeDevice,
  type Ns,
  nsPerMs,
  nsPerSec,
  type World,
} from '../../sim/index.ts';
import { marks } from './block-store.ts';

/** The one volume of a story; it begins in this cell. */
const volume = 'vol-1';
const cell: CellName = 'cell-1';

/** An ask that is to be sent. */
export interface PlannedAsk {
  readonly atMs: number;
  /** Index of the member that is asked. */
  readonly member?: number;
  readonly command: CellCommand | null;
  /** Another member is asked the same every so often until one knows. */
  readonly againMs?: number;
}

interface AskerState {
  readonly asks: readonly PlannedAsk[];
  readonly members: readonly string[];
  readonly tryCounts: number[];
  readonly open: Set<number>;
}

/** Asks by plan; request ids are indices of the plan. */
const asker: Behavior<AskerState, Pick<AskerState, 'asks' | 'members'>> = {
  name: 'asker',
  init({ asks, members }, _self, out) {
    for (const [at, { atMs }] of asks.entries()) {
      out.setTimer(`ask ${at}`, atMs * nsPerMs, { type: 'ask.due', at } as AskDue);
    }
    return { asks, members, tryCounts: asks.map(() => 0), open: new Set(asks.keys()) };
  },
  receive(state, message, _from, _self, out) {
    if (message.type === 'cell.answer') {
      const { reqId, record } = message as CellAnswer;
      const { againMs } = state.asks[reqId]!;
      if (!state.open.has(reqId) || (record === null && againMs !== undefined)) return state;
      state.open.delete(reqId);
      out.mark('ask.ended', { reqId, record });
      return state;
    }
    const { at } = message as AskDue;
    const { member = 0, command, againMs } = state.asks[at]!;
    if (!state.open.has(at)) return state;
    const to = state.members[(member + state.tryCounts[at]!) % state.members.length]!;
    state.tryCounts[at]! += 1;
    out.send(to, { type: 'cell.ask', volume, reqId: at, command } as AskCell);
    if (againMs !== undefined) out.setTimer(`ask ${at}`, againMs * nsPerMs, message);
    return state;
  },
  copy: (state) => ({ ...state, tryCounts: state.tryCounts.slice(), open: new Set(state.open) }),
};

interface AskDue {
  readonly type: 'ask.due';
  readonly at: number;
}

/** An authority that knows the volume, changes nothing and grants every lease. */
const granter: Behavior<Ns, Ns> = {
  name: 'granter',
  init(leaseNs, _self, out) {
    const record = newVolume(cell);
    const facts = { volume, logIndex: 0, change: null, record, routing: firstRouting(cell) };
    out.mark('lineage.recorded', facts);
    return leaseNs;
  },
  receive(leaseNs, message, from, _self, out) {
    if (message.type !== 'cell-lease.ask') return leaseNs;
    const { volume: of, cell: by, sentNs } = message as AskCellLease;
    const granted: CellLeaseGranted = {
      type: 'cell-lease.granted',
      volume: of,
      cell: by,
      sentNs,
      leaseNs,
      givenUp: [],
    };
    out.send(from, granted);
    return leaseNs;
  },
  copy: (leaseNs) => leaseNs,
};

/** What a story varies. */
export interface CellStory {
  readonly seed?: string;
  readonly memberCount?: number;
  readonly device?: string;
  readonly leaseNs?: Ns;
  readonly asks: readonly PlannedAsk[];
  /** Of a second one who asks. */
  readonly otherAsks?: readonly PlannedAsk[];
  readonly mutants?: readonly MutantId[];
  readonly choices?: ChoiceSource;
}

/** The nodes of the members: `host-1` and on. */
export function hostsOf(memberCount: number): readonly string[] {
  return Array.from({ length: memberCount }, (_, at) => `host-${at + 1}`);
}

/** A world with one cell, recording everything. */
export function cellWorld(story: CellStory): World {
  const { seed = '1', memberCount = 3, device = 'nvme-plp', leaseNs = 10 * nsPerSec } = story;
  const world = createWorld({
    seed,
    level: 'full',
    ...(story.choices === undefined ? {} : { choices: story.choices }),
  });
  const hosts = hostsOf(memberCount);
  const members = hosts.map(cellMemberId);
  const input: CellMemberInput = {
    cell,
    members,
    device: controlDevice,
    volumes: [{ id: volume, firstCell: cell, isCut: false, origin: null }],
    authorities: ['authority'],
    mutants: new Set(story.mutants),
  };
  const spec = deviceSpecs([device])[device]!;
  for (const [at, host] of hosts.entries()) {
    world.addNode({ id: host, labels: { role: 'host', zone: `az-${'abc'[at % 3]}` } });
    world.addDevice(
      host,
      controlDevice,
      makeDevice(spec, { blockCount: controlBlockCount(1), seed: at }),
    );
    world.spawn({ id: cellMemberId(host), node: host, behavior: cellMember, input });
  }
  world.addNode({ id: 'authority', labels: { role: 'authority' } });
  world.spawn({ id: 'authority', node: 'authority', behavior: granter, input: leaseNs });
  for (const [id, asks] of [
    ['asker', story.asks],
    ['other', story.otherAsks ?? []],
  ] as const) {
    world.addNode({ id });
    world.spawn({ id, node: id, behavior: asker, input: { asks, members } });
  }
  return world;
}

/** What the properties of cells find wrong, one line each. */
export function troubleOf(world: World): readonly string[] {
  const judge = new Judge([
    properties['cell-record-linearizable'],
    properties['lineage-one-authority'],
    properties['lineage-right-cell'],
    properties['lineage-decision-once'],
  ]);
  for (const entry of world.entries) judge.observe(entry);
  const judgements = judge.end(world.now, false);
  return judgements.flatMap(({ id, violation }) => (violation === null ? [] : [id]));
}

/** How each ask of one asker ended: what the cell was, or null; undefined where it never did. */
export function answersOf(world: World, by = 'asker'): readonly (CellRecord | null | undefined)[] {
  const answers: (CellRecord | null | undefined)[] = [];
  for (const { actor, facts } of marks(world, 'ask.ended')) {
    if (actor === by) answers[facts.reqId as number] = facts.record as CellRecord | null;
  }
  return answers;
}
