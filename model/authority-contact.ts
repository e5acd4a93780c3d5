// Whom somebody asks who needs the map authority: of several members the one that answered last,
// and after silence the next. A member that does not lead passes the request on to the one that
// does; the leader itself answers.
import { type ActorId, assert } from '../sim/index.ts';

/** The members of the authority, and the one that is asked now. */
export interface AuthorityContact {
  readonly members: readonly ActorId[];
  /** Index of the member that is asked. */
  at: number;
}

/** Begins with the first of the members, at least one. */
export function contactOf(members: readonly ActorId[]): AuthorityContact {
  assert(members.length > 0, `${members.length} members of the authority, expected 1 or more`);
  return { members, at: 0 };
}

/** The member to ask now. */
export function memberAsked({ members, at }: AuthorityContact): ActorId {
  return members[at]!;
}

/** A message came: if it is from a member, that one is asked from now on. */
export function heardFrom(contact: AuthorityContact, from: ActorId): void {
  const at = contact.members.indexOf(from);
  if (at >= 0) contact.at = at;
}

/** The member that was asked is silent: the next one is asked from now on. */
export function askNext(contact: AuthorityContact): void {
  contact.at = (contact.at + 1) % contact.members.length;
}
