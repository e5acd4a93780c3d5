// The nodes of the map authority: one, or members in different zones.
import type { AuthoritySpec } from './cluster-spec.ts';

/** The node and actor of a map authority with one member; of several `authority-1` and on. */
export const authorityId = 'authority';

/** A node of the map authority, and where it is. */
export interface AuthorityMember {
  readonly id: string;
  readonly zone: string;
}

/** Every node of the map authority: the zones in turn, from its own on. */
export function authorityMembers(
  authority: Pick<AuthoritySpec, 'zone' | 'members'>,
  zones: readonly string[],
): readonly AuthorityMember[] {
  const { zone, members = 1 } = authority;
  if (members === 1) return [{ id: authorityId, zone }];
  const first = Math.max(0, zones.indexOf(zone));
  return Array.from({ length: members }, (_, index) => ({
    id: `${authorityId}-${index + 1}`,
    zone: zones[(first + index) % zones.length] ?? zone,
  }));
}
