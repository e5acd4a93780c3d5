// Who stands where: hosts are dealt to the zones in turn, and in each zone to the cells in turn.
//
//   zones a b c, 6 hosts, 2 cells      zone a      zone b      zone c
//                           cell-1     host-1      host-2      host-3
//                           cell-2     host-4      host-5      host-6
import {
  type ArchiveSpec,
  type AuthoritySpec,
  archiveNodes,
  authorityMembers,
  cellId,
  type HostSpec,
  type LineageSpec,
  lineageNodes,
  optimizerId,
} from '../../model/index.ts';
import { archiveOf } from './archive.ts';
import { authorityOf } from './authority-options.ts';
import { lineageOf } from './lineage.ts';
import type { ScenarioText } from './schema.ts';
import type { SelectableNode } from './vocabulary.ts';

type TopologyText = ScenarioText['topology'];

/** The names of the cells, `cell-1` and on where only their number is given. */
export function cellsOf(topology: TopologyText): readonly string[] {
  const { cells } = topology;
  if (typeof cells !== 'number') return cells;
  return Array.from({ length: cells }, (_, index) => `cell-${index + 1}`);
}

/** Every host with its place. */
export function hostsOf(topology: TopologyText): readonly HostSpec[] {
  const { zones } = topology;
  const cells = cellsOf(topology);
  const written = Array.isArray(topology.hosts) ? topology.hosts : spread(topology.hosts, zones);
  const countOfZone = new Map<string, number>();
  return written.map((host) => {
    const placeInZone = countOfZone.get(host.zone) ?? 0;
    countOfZone.set(host.zone, placeInZone + 1);
    const cell = host.cell ?? cells[placeInZone % cells.length]!;
    return { id: host.id, zone: host.zone, cell, device: host.device, slotCount: host.slots };
  });
}

type WrittenHosts = TopologyText['hosts'];
type WrittenHost = Extract<WrittenHosts, readonly unknown[]>[number];

function spread(
  hosts: Exclude<WrittenHosts, readonly unknown[]>,
  zones: readonly string[],
): readonly WrittenHost[] {
  return Array.from({ length: hosts.count }, (_, index) => ({
    id: `host-${index + 1}`,
    zone: zones[index % zones.length]!,
    device: hosts.device,
    slots: hosts.slots,
  }));
}

/** Every node that a selector may name, with the labels it will carry. */
export function nodesOf(
  text: Pick<ScenarioText, 'topology' | 'clients' | 'lineage' | 'archive'>,
): readonly SelectableNode[] {
  const { topology, clients } = text;
  const { authority, optimizer, zones } = topology;
  return clusterNodes({
    zones,
    authority: authorityOf(authority),
    cells: cellsOf(topology),
    hosts: hostsOf(topology),
    clients,
    ...(optimizer === undefined ? {} : { optimizer }),
    ...lineageOf(text),
    ...archiveOf(text),
  });
}

/** What the nodes of a cluster are known by. */
interface Placed {
  readonly zones: readonly string[];
  readonly authority: Pick<AuthoritySpec, 'zone' | 'members'>;
  readonly cells: readonly string[];
  readonly hosts: readonly Pick<HostSpec, 'id' | 'zone' | 'cell'>[];
  readonly clients: readonly { readonly id: string; readonly zone: string }[];
  readonly optimizer?: { readonly zone: string };
  readonly lineage?: LineageSpec;
  readonly archive?: Pick<ArchiveSpec, 'zone'>;
}

/** Every node of a cluster, with the labels it will carry. */
export function clusterNodes(cluster: Placed): readonly SelectableNode[] {
  const { zone } = cluster.authority;
  const hosts = cluster.hosts.map((host) => ({
    id: host.id,
    labels: { zone: host.zone, role: 'host', cell: host.cell },
  }));
  const clients = cluster.clients.map((client) => ({
    id: client.id,
    labels: { zone: client.zone, role: 'client' },
  }));
  const cells = cluster.cells.map((cell) => ({
    id: cellId(cell),
    labels: { zone, role: 'cell', cell },
  }));
  const authorities = authorityMembers(cluster.authority, cluster.zones).map((member) => ({
    id: member.id,
    labels: { zone: member.zone, role: 'authority' },
  }));
  const { optimizer, lineage, archive, zones } = cluster;
  const optimizers =
    optimizer === undefined
      ? []
      : [{ id: optimizerId, labels: { zone: optimizer.zone, role: 'optimizer' } }];
  const ofLineage = (lineage === undefined ? [] : lineageNodes(lineage, zones)).map(
    ({ id, ...labels }) => ({ id, labels }),
  );
  const ofArchive = (archive === undefined ? [] : archiveNodes(archive)).map(
    ({ id, ...labels }) => ({ id, labels }),
  );
  const others = [...optimizers, ...ofLineage, ...ofArchive];
  return [...authorities, ...cells, ...hosts, ...clients, ...others];
}

/** Words that stand for kinds of targets, so that nothing may be named like them. */
export const reservedIds = [
  'any',
  'there',
  'host',
  'client',
  'authority',
  'zone',
  'cell',
  'optimizer',
  'router',
  'mover',
  'requester',
  'lineage-store',
  'backup',
];
