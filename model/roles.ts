// Whom a target means by a role of the block store: what the map authority knows at the moment the
// fault fires. While it is down or still recovering it knows of no volume, and nobody is meant.
//
//   leader-of authority
//   primary-of vol-1 range=3     where  vol-1         every range
//                                       vol-1 range=3 that one, counted from 0
import { assert, type FaultRole, type World } from '../sim/index.ts';
import { authorityMember, isLeading, mapAuthority } from './authority/map-authority.ts';
import type { VolumeMap } from './authority/map-state.ts';
import type { AuthorityState } from './authority/state.ts';
import type { MapEntry, VolumeId } from './map-entry.ts';

/** The part of a volume that a role is asked about. */
export interface RolePlace {
  readonly kind: 'place';
  readonly volume: VolumeId;
  /** Index of the range, or null for all of them. */
  readonly range: number | null;
}

/** Every role by name: to add one, add an entry; reader and `list` follow. */
export const roles = {
  'primary-of': {
    summary: 'hosts that head the chain of a range of the volume, or of any unless one is given',
    resolve: (world, argument) =>
      hostsOf(entriesAt(world, argument).flatMap(({ replicas }) => replicas.slice(0, 1))),
  },
  'replicas-of': {
    summary: 'hosts that keep a copy of a range of the volume, or of any unless one is given',
    resolve: (world, argument) =>
      hostsOf(entriesAt(world, argument).flatMap(({ replicas }) => replicas)),
  },
  'holder-of': {
    summary: 'the client that the volume is attached to',
    resolve(world, argument) {
      const holder = volumeAt(world, placeOf(argument).volume)?.holder ?? null;
      // A client with several volumes has an actor for each, all on its node.
      return holder === null ? [] : [holder.split(':')[0]!];
    },
  },
  'leader-of': {
    summary: 'the member of the map authority that serves, asked for by: authority',
    resolve: (world) =>
      authorities(world)
        .filter(({ leads }) => leads)
        .map(({ id }) => id),
  },
  'followers-of': {
    summary: 'the other members of the map authority that are up, asked for by: authority',
    resolve: (world) =>
      authorities(world)
        .filter(({ leads }) => !leads)
        .map(({ id }) => id),
  },
} as const satisfies Record<string, FaultRole>;

/** Tells a world what the roles of the block store mean. */
export function defineRoles(world: World): void {
  for (const [name, role] of Object.entries(roles)) world.faults.defineRole(name, role);
}

/** Roles in the map authority are asked about by this word, all others about a volume. */
export const authorityRoles: readonly string[] = ['leader-of', 'followers-of'];

/** Reads what a role is asked about: `vol-1` or `vol-1 range=3`; or says what is wrong. */
export function readRolePlace(text: string): RolePlace | string {
  const match = /^([^\s=]+)(?:\s+range=(\d{1,9}))?$/.exec(text);
  if (match === null) return `'${text}' is no volume, expected vol-1 or vol-1 range=3`;
  const range = match[2] === undefined ? null : Number(match[2]);
  return { kind: 'place', volume: match[1]!, range };
}

function placeOf(argument: string): RolePlace {
  const place = readRolePlace(argument);
  assert(typeof place !== 'string', `role argument ${place}`);
  return place;
}

function entriesAt(world: World, argument: string): readonly MapEntry[] {
  const { volume: id, range } = placeOf(argument);
  const entries = volumeAt(world, id)?.entries ?? [];
  return range === null ? entries : entries.filter((entry) => entry.range === range);
}

function volumeAt(world: World, id: VolumeId): VolumeMap | undefined {
  const all = authorities(world);
  const known = all.find(({ leads }) => leads) ?? all[0];
  return known?.state.map.volumes.get(id);
}

// Members that are up; the one that has applied most comes first. A member that was deposed may
// still take itself for the leader: of two, the one that has applied more leads.
function authorities(world: World) {
  const alive = world.actors.filter(
    ({ alive, behavior }) => alive && (behavior === mapAuthority || behavior === authorityMember),
  );
  const all = alive.map(({ id, state }) => ({ id, state: state as AuthorityState }));
  all.sort((a, b) => b.state.map.recordCount - a.state.map.recordCount);
  const leader = all.find(({ state }) => isLeading(state));
  return all.map((one) => ({ ...one, leads: one === leader }));
}

function hostsOf(replicas: readonly { readonly host: string }[]): readonly string[] {
  return [...new Set(replicas.map(({ host }) => host))];
}
