// Cells of one host each and an authority without a device, for stories of a router alone: they
// hold the records that a test plants, and change them by the functions that the real ones run.
import { allCellGuards, applyCommand, type CellRecord } from '../../model/lineage/cell-record.ts';
import { type RequesterInput, requester } from '../../model/lineage/requester/requester.ts';
import { snapshotRouter } from '../../model/lineage/snapshot-router/snapshot-router.ts';
import { changedPlace, type VolumePlace } from '../../model/lineage/volume-change.ts';
import { allVolumeChecks } from '../../model/lineage/volume-record.ts';
import type { ModelMessage } from '../../model/messages/messages.ts';
import type { MutantId } from '../../model/mutants.ts';
import { type Behavior, createWorld, nsPerSec, type World } from '../../sim/index.ts';

interface CellState {
  readonly cell: string;
  record: CellRecord;
}

/** A cell whose quorum is one host. */
const stubCell: Behavior<CellState, CellState> = {
  name: 'stub-cell',
  init: (input) => ({ ...input }),
  receive(state, message, from, _self, out) {
    const known = message as ModelMessage;
    if (known.type !== 'cell.ask') return state;
    const { volume, reqId, command } = known;
    const { cell, record: before } = state;
    if (command !== null) {
      state.record = applyCommand(before, command, { cell, guards: allCellGuards });
      if (state.record !== before) out.mark('stub.changed', { cell, command: command.kind });
    }
    const { record } = state;
    out.send(from, { type: 'cell.answer', volume, reqId, cell, record } as ModelMessage);
    return state;
  },
  copy: (state) => ({ ...state }),
};

interface AuthorityState {
  place: VolumePlace | null;
}

const stubAuthority: Behavior<AuthorityState, AuthorityState> = {
  name: 'stub-authority',
  init: (input) => ({ ...input }),
  receive(state, message, from, _self, out) {
    const known = message as ModelMessage;
    if (known.type !== 'route.read' && known.type !== 'volume.change') return state;
    const { volume, reqId } = known;
    const before = state.place;
    if (known.type === 'volume.change' && before !== null) {
      state.place = changedPlace(before, known.change, allVolumeChecks);
      if (state.place !== before) out.mark('stub.recorded', { kind: known.change.kind });
    }
    const answer = { volume, reqId, known: state.place };
    const applied = state.place !== before;
    if (known.type === 'route.read') out.send(from, { type: 'route', ...answer } as ModelMessage);
    else out.send(from, { type: 'volume.changed', ...answer, applied } as ModelMessage);
    return state;
  },
  copy: (state) => ({ ...state }),
};

/** A host that never says anything. */
const silentHost: Behavior<null> = {
  name: 'silent-host',
  init: () => null,
  receive: () => null,
  copy: () => null,
};

/** What a story of a router begins with. */
export interface RouterStory {
  readonly seed?: string;
  readonly place: VolumePlace | null;
  readonly cells: Readonly<Record<string, CellRecord>>;
  readonly plan?: Partial<RequesterInput['plan']>;
  readonly untilNs?: number;
  readonly mutants?: readonly MutantId[];
}

/** A world of two routers, one requester, and cells that hold what the story says. */
export function routerWorld(story: RouterStory): World {
  const world = createWorld({ seed: story.seed ?? '1', level: 'full' });
  const node = (id: string, role: string) => world.addNode({ id, labels: { zone: 'az-a', role } });
  node('authority', 'authority');
  world.spawn({
    id: 'authority',
    node: 'authority',
    behavior: stubAuthority,
    input: { place: story.place },
  });
  const members = new Map<string, readonly string[]>();
  for (const [cell, record] of Object.entries(story.cells)) {
    members.set(cell, [`${cell}-1`, `${cell}-2`]);
    for (const id of members.get(cell)!) node(id, 'host');
    world.spawn({ id: `${cell}-1`, node: `${cell}-1`, behavior: silentHost });
    world.spawn({
      id: `${cell}-2`,
      node: `${cell}-2`,
      behavior: stubCell,
      input: { cell, record },
    });
  }
  const routers = ['router-1', 'router-2'];
  const input = {
    authorities: ['authority'],
    members,
    volumes: ['vol-1'],
    mutants: new Set(story.mutants),
  };
  for (const id of routers) {
    node(id, 'router');
    world.spawn({ id, node: id, behavior: snapshotRouter, input });
  }
  node('requester-1', 'requester');
  const plan = {
    id: 'requester-1',
    zone: 'az-a',
    volume: 'vol-1',
    firstNs: nsPerSec,
    everyNs: nsPerSec,
    count: 1,
    retryNs: nsPerSec,
    askedAtOnce: 1,
    giveUpNs: null,
    ...story.plan,
  };
  const asking: RequesterInput = { plan, routers, untilNs: story.untilNs ?? 10 * nsPerSec };
  world.spawn({ id: 'requester-1', node: 'requester-1', behavior: requester, input: asking });
  return world;
}

/** What a cell of the story holds now. */
export function recordOf(world: World, cell: string): CellRecord {
  const actor = world.actors.find(({ id }) => id === `${cell}-2`)!;
  return (actor.state as CellState).record;
}

/** What the authority keeps now. */
export function placeOf(world: World): VolumePlace {
  const actor = world.actors.find(({ id }) => id === 'authority')!;
  return (actor.state as AuthorityState).place!;
}
