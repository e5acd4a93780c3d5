import { describe, expect, it } from 'vitest';
import { firstRecord, noRecord, type Snapshot } from '../../../../model/lineage/cell-record.ts';
import { firstRouting, type Routing, withTarget } from '../../../../model/lineage/routing.ts';
import {
  clearMove,
  commitMove,
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../../model/lineage/volume-record.ts';
import { nsPerMs, nsPerSec, type OpEntry, type World } from '../../../../sim/index.ts';
import { marks, plan } from '../../../support/block-store.ts';
import { placeOf, recordOf, routerWorld } from '../../../support/lineage-stubs.ts';

const alone: Routing = firstRouting('x');
const both: Routing = withTarget(alone, 'x', 'y');
const opened = importedMove(openMove(newVolume('x'), 'y'), 1);
const committed = commitMove(opened, 1);
const first = firstRecord(1);

const taken = (request: string, cell: string, epoch: number): Snapshot => ({
  request,
  cell,
  epoch,
});

/** How the operations of the requester ended. */
function outcomes(world: World): readonly string[] {
  return world.entries
    .filter((entry): entry is OpEntry => entry.kind === 'op' && entry.phase !== 'invoke')
    .map(({ phase, value }) => `${phase} ${(value as { status: string }).status}`);
}

function rules(world: World): readonly unknown[] {
  return marks(world, 'rule.applied').map(({ facts }) => facts.rule);
}

const place = (record: VolumeRecord, routing: Routing) => ({ record, routing });

describe('a snapshot', () => {
  it('is taken by the active cell, published, and only then acknowledged', () => {
    const world = routerWorld({
      place: place(newVolume('x'), alone),
      cells: { x: first },
    });
    world.runUntil(5 * nsPerSec);
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(rules(world)).toEqual(['active/not-found']);
    const snapshot = taken('requester-1/0.1', 'x', 1);
    expect(placeOf(world).record.chain).toEqual([snapshot]);
    const [recorded] = marks(world, 'stub.recorded');
    const [acked] = world.entries.filter((one) => one.kind === 'op' && one.phase === 'ok');
    expect(recorded!.index).toBeLessThan(acked!.index);
  });

  it.each(['1', '2', '3', '4'])(
    'asks the next host of a cell for the silent one (seed %s)',
    (seed) => {
      const world = routerWorld({
        seed,
        place: place(newVolume('x'), both),
        cells: { x: first, y: noRecord },
      });
      world.runUntil(3 * nsPerSec);
      expect(outcomes(world)).toEqual(['ok taken']);
      expect(rules(world)).toEqual(['active/not-found']);
    },
  );

  it('is taken where the other cell does not answer, and that one hears of it later', () => {
    const world = routerWorld({
      place: place(newVolume('x'), both),
      cells: { x: first, y: noRecord },
    });
    plan(world, { kind: 'isolate', target: 'y-2', atMs: 500, forMs: 6_000 });
    world.runUntil(5 * nsPerSec);
    expect(rules(world)).toEqual(['active/unreachable']);
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(recordOf(world, 'x').knownHead?.count).toBe(1);
    expect(recordOf(world, 'y').knownHead).toBeNull();
    world.runUntil(40 * nsPerSec);
    expect(recordOf(world, 'y').knownHead?.count).toBe(1);
  });

  it('is told to the cells by a router that was killed before it had told them', () => {
    const world = routerWorld({
      place: place(newVolume('x'), both),
      cells: { x: first, y: noRecord },
    });
    plan(world, { kind: 'isolate', target: 'y-2', atMs: 500, forMs: 6_000 });
    plan(world, { kind: 'crash', target: 'router-1', atMs: 2_500, forMs: 1_000 });
    world.runUntil(40 * nsPerSec);
    expect(recordOf(world, 'y').knownHead?.count).toBe(1);
  });

  it('comes after the move that it meets is brought to its end (sealed, target ready)', () => {
    const world = routerWorld({
      place: place(opened, both),
      cells: {
        x: { ...first, state: 'sealed', moveId: 1 },
        y: { ...noRecord, state: 'creating', moveId: 1 },
      },
    });
    world.runUntil(5 * nsPerSec);
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(rules(world)[0]).toBe('sealed/creating');
    expect(placeOf(world).record).toMatchObject({ owner: 'y', epoch: 2 });
    expect(recordOf(world, 'x')).toMatchObject({ state: 'retired', forward: 'y' });
    expect(placeOf(world).record.chain).toEqual([taken('requester-1/0.1', 'y', 2)]);
    // The hint named the source first; it does no more.
    expect(placeOf(world).routing.active.cell).toBe('y');
  });

  it('is taken once, though two routers are asked and one dies after the take', () => {
    const world = routerWorld({
      place: place(newVolume('x'), alone),
      cells: { x: first },
      plan: { askedAtOnce: 2, count: 3, everyNs: 300 * nsPerMs },
    });
    world.scheduleFault({
      kind: 'crash',
      atNs: 0,
      target: 'router-1',
      forNs: nsPerSec,
      params: {},
      trigger: { steps: [{ on: 'mark', name: 'take.sent', nth: 1 }], delayNs: 0, times: 1 },
    });
    world.runUntil(20 * nsPerSec);
    expect(outcomes(world)).toEqual(['ok taken', 'ok taken', 'ok taken']);
    const requests = placeOf(world).record.chain.map(({ request }) => request);
    expect(new Set(requests).size).toBe(3);
    expect(requests).toHaveLength(3);
  });

  it('that was given up is never published', () => {
    const world = routerWorld({
      place: place(newVolume('x'), alone),
      cells: { x: { ...first, leased: false } },
      plan: { count: 1, giveUpNs: 2 * nsPerSec },
    });
    world.runUntil(20 * nsPerSec);
    expect(outcomes(world)).toEqual(['fail failed']);
    expect(placeOf(world).record.tombstones).toEqual(['requester-1/0.1']);
    expect(placeOf(world).record.chain).toEqual([]);
  });

  it('waits for none that was taken before and given up', () => {
    const dead = taken('dead', 'x', 1);
    const world = routerWorld({
      place: place({ ...newVolume('x'), tombstones: ['dead'] }, alone),
      cells: { x: { ...first, lineage: [dead] } },
    });
    world.runUntil(3 * nsPerSec);
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(placeOf(world).record.chain).toEqual([taken('requester-1/0.1', 'x', 1)]);
  });

  it('of a volume that the authority does not know fails; of one that no cell has, alarms', () => {
    const unknown = routerWorld({ place: null, cells: { x: noRecord } });
    unknown.runUntil(5 * nsPerSec);
    expect(outcomes(unknown)).toEqual(['fail not-found']);
    const lost = routerWorld({ place: place(newVolume('x'), alone), cells: { x: noRecord } });
    lost.runUntil(5 * nsPerSec);
    expect(outcomes(lost)).toEqual([]);
    expect(marks(lost, 'volume.quarantined').length).toBeGreaterThan(0);
    expect(recordOf(lost, 'x').state).toBe('not-found');
    expect(placeOf(lost).record.quarantine).toBe('no-owner');
  });

  it('is taken in a third cell, to which forward pointers lead', () => {
    // The router remembers two cells, of which the volume has left both meanwhile.
    const world = routerWorld({
      place: place({ ...newVolume('z'), epoch: 3, ownerSince: 3, lastMove: 2 }, both),
      cells: {
        x: { ...noRecord, state: 'retired', epoch: 1, closedMove: 1, forward: 'y' },
        y: { ...noRecord, state: 'retired', epoch: 2, closedMove: 2, forward: 'z' },
        z: { ...first, epoch: 3, closedMove: 2 },
      },
    });
    world.runUntil(5 * nsPerSec);
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(rules(world)).toEqual(['retired/retired', 'active/retired']);
  });
});

describe('two cells that seem authoritative', () => {
  const forced = clearMove(committed, 1);

  it('are asked twice; then the one that is not the owner is fenced before a take', () => {
    const world = routerWorld({
      place: place(forced, both),
      cells: { x: first, y: { ...first, epoch: 2, closedMove: 1 } },
    });
    world.runUntil(5 * nsPerSec);
    expect(rules(world)).toEqual(['active/active', 'active/active', 'retired/active']);
    expect(marks(world, 'conflict.resolved')[0]!.facts).toMatchObject({
      owner: 'y',
      fenced: ['x'],
    });
    expect(outcomes(world)).toEqual(['ok taken']);
    expect(placeOf(world).record.chain).toEqual([taken('requester-1/0.1', 'y', 2)]);
  });

  it('of one epoch are put in quarantine, and nothing is taken', () => {
    const world = routerWorld({
      place: place(forced, both),
      cells: { x: { ...first, epoch: 2 }, y: { ...first, epoch: 2, closedMove: 1 } },
    });
    world.runUntil(5 * nsPerSec);
    expect(outcomes(world)).toEqual([]);
    expect(marks(world, 'take.sent')).toEqual([]);
    expect(marks(world, 'volume.quarantined').length).toBeGreaterThan(0);
    expect(placeOf(world).record.quarantine).toBe('two-owners');
  });

  it('are put in quarantine while nobody reaches the authority', () => {
    const world = routerWorld({
      place: place(forced, both),
      cells: { x: first, y: { ...first, epoch: 2, closedMove: 1 } },
    });
    plan(world, { kind: 'isolate', target: 'authority', atMs: 1_002, forMs: 20_000 });
    world.runUntil(12 * nsPerSec);
    expect(rules(world).slice(0, 2)).toEqual(['active/active', 'active/active']);
    expect(marks(world, 'take.sent')).toEqual([]);
    const [alarm] = marks(world, 'volume.quarantined');
    expect(alarm!.facts.reason).toContain('the authority is silent');
  });
});
