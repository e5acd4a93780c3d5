// Snapshots and moves in a world: who keeps the records of cells, who routes, moves and asks. Each
// kind of actor is added by a function of its own.
import { assert, type World } from '../sim/index.ts';
import { originOf } from './archive-actors.ts';
import { authorityMembers } from './authority-members.ts';
import { cellId } from './cell-id.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import type { Devices } from './devices.ts';
import { cellMember, cellMemberId, controlDevice } from './lineage/cell-member/cell-member.ts';
import { controlBlockCount } from './lineage/cell-member/control-store.ts';
import type { CellMemberInput, ControlledVolume } from './lineage/cell-member/state.ts';
import { mover } from './lineage/mover/mover.ts';
import { plannedSteps } from './lineage/mover/plan.ts';
import type { MoverInput } from './lineage/mover/state.ts';
import { type OperatorInput, operator } from './lineage/operator/operator.ts';
import { type RequesterInput, requester } from './lineage/requester/requester.ts';
import { type RouterInput, snapshotRouter } from './lineage/snapshot-router/snapshot-router.ts';
import { cellSplitter, type SplitterInput } from './lineage/splitter/splitter.ts';
import { lineageNodes } from './lineage-nodes.ts';
import type { MutantSet } from './mutants.ts';
import { defaultReMirror, type LineageSpec } from './policies.ts';

/** What the actors of a lineage are built from. */
export interface LineageSite {
  readonly world: World;
  readonly spec: ClusterSpec;
  readonly lineage: LineageSpec;
  readonly devices: Devices;
  readonly mutants: MutantSet;
}

/** Adds the nodes and actors of snapshots and moves to a cluster. */
export function addLineage(site: LineageSite): void {
  const { world, spec, lineage } = site;
  for (const { id, zone, role } of lineageNodes(lineage, spec.zones)) {
    world.addNode({ id, labels: { zone, role } });
  }
  addCellMembers(site);
  addRouters(site);
  addMovers(site);
  addSplitter(site);
  addRequesters(site);
  addOperator(site);
}

/** The volumes that are moved or have snapshots taken of them, and where each begins. */
function lineageVolumes({ spec, lineage }: LineageSite): readonly ControlledVolume[] {
  const named = new Set([...lineage.snapshots, ...lineage.moves].map(({ volume }) => volume));
  const archived = archivedVolumes(spec);
  return spec.volumes
    .filter(({ id }) => named.has(id))
    .map((volume) => {
      const { id, cells = spec.cells } = volume;
      assert(cells.length === 1, `volume '${id}' begins in ${cells.length} cells, expected 1`);
      const isCut = archived.has(id);
      return { id, firstCell: cells[0]!, isCut, origin: isCut ? originOf(volume) : null };
    });
}

/** Volumes whose snapshots have contents, for routers that are asked for some. */
function archivedVolumes({ archive }: ClusterSpec): ReadonlySet<string> {
  const ofLineage = archive?.backups.filter(({ source }) => source === 'lineage') ?? [];
  return new Set(ofLineage.map(({ volume }) => volume));
}

/** The members of a cell: one on each of its hosts. */
function cellMembersOf({ hosts }: ClusterSpec, cell: string): readonly string[] {
  return hosts.filter((host) => host.cell === cell).map(({ id }) => cellMemberId(id));
}

function routerIds({ lineage, spec }: LineageSite): readonly string[] {
  return lineageNodes(lineage, spec.zones).flatMap(({ id, role }) =>
    role === 'router' ? [id] : [],
  );
}

function addRouters(site: LineageSite): void {
  const { world, spec, mutants } = site;
  const input: RouterInput = {
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
    members: new Map(spec.cells.map((cell) => [cell, cellMembersOf(spec, cell)])),
    volumes: lineageVolumes(site).map(({ id }) => id),
    mutants,
  };
  for (const id of routerIds(site)) world.spawn({ id, node: id, behavior: snapshotRouter, input });
}

// One actor for each volume that is to be moved: they share the node.
function addMovers(site: LineageSite): void {
  const { world, spec, lineage, mutants } = site;
  const movers = lineageNodes(lineage, spec.zones).filter(({ role }) => role === 'mover');
  const slotFinders = new Map(spec.cells.map((cell) => [cell, cellId(cell)]));
  const moved = new Set(lineage.moves.map(({ volume }) => volume));
  const volumes = lineageVolumes(site).filter(
    ({ id, firstCell }) => moved.has(id) || firstCell === lineage.split?.cell,
  );
  for (const [index, { id }] of movers.entries()) {
    for (const { id: volume, firstCell } of volumes) {
      const input: MoverInput = {
        volume,
        plan: plannedSteps(lineage, volume, firstCell),
        index,
        authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
        members: new Map(spec.cells.map((cell) => [cell, cellMembersOf(spec, cell)])),
        slotFinders,
        hosts: spec.hosts.map((host) => ({ ...host, cell: cellId(host.cell) })),
        reMirror: spec.reMirror ?? defaultReMirror,
        mutants,
      };
      const actor = volumes.length === 1 ? id : `${id}:${volume}`;
      world.spawn({ id: actor, node: id, behavior: mover, input });
    }
  }
}

// It shares the node of the first mover, which carries out what it begins.
function addSplitter(site: LineageSite): void {
  const { world, spec, lineage } = site;
  const { split: plan } = lineage;
  if (plan === undefined) return;
  const node = lineageNodes(lineage, spec.zones).find(({ role }) => role === 'mover')?.id;
  assert(node !== undefined, `cell '${plan.cell}' is to be split, and there is no mover`);
  const input: SplitterInput = {
    plan,
    volumes: lineageVolumes(site).map(({ id }) => id),
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
  };
  world.spawn({ id: `${node}:splitter`, node, behavior: cellSplitter, input });
}

function addRequesters(site: LineageSite): void {
  const { world, spec, lineage } = site;
  for (const plan of lineage.snapshots) {
    const input: RequesterInput = {
      plan,
      routers: routerIds(site),
      untilNs: spec.workloadUntilNs,
    };
    world.spawn({ id: plan.id, node: plan.id, behavior: requester, input });
  }
}

// It works at the console of the first router.
function addOperator(site: LineageSite): void {
  const { world, spec, lineage } = site;
  const { operator: plan } = lineage;
  if (plan === undefined) return;
  const [node] = routerIds(site);
  assert(node !== undefined, 'an operator, and no router for its console');
  const input: OperatorInput = {
    plan,
    volumes: lineageVolumes(site).map(({ id }) => id),
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
  };
  world.spawn({ id: `${node}:operator`, node, behavior: operator, input });
}

function addCellMembers(site: LineageSite): void {
  const { world, spec, devices, mutants } = site;
  const volumes = lineageVolumes(site);
  const authorities = authorityMembers(spec.authority, spec.zones).map((member) => member.id);
  for (const { id: host, cell, device } of spec.hosts) {
    const id = cellMemberId(host);
    const input: CellMemberInput = {
      cell,
      members: cellMembersOf(spec, cell),
      device: controlDevice,
      volumes,
      authorities,
      mutants,
    };
    const blockCount = controlBlockCount(volumes.length);
    world.addDevice(host, controlDevice, devices.make(id, device, blockCount));
    world.spawn({ id, node: host, behavior: cellMember, input });
  }
}
