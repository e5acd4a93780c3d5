// Who looks at the records of several volumes again and again, and changes one now and then: what
// the operator and the splitter of cells have in common. An answer counts for the last look only;
// when a look was not answered whole, the next one goes to another member of the authority.
//
//   look --route.read of each volume--> authority --route--> isAnswer?
import type { ActorId, Outbox, Self } from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, memberAsked } from '../authority-contact.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ChangeVolume, ReadRoute, Route } from '../messages/lineage.ts';
import type { VolumeChange } from './volume-change.ts';

/** What somebody who watches records has asked for. */
export interface Watching {
  readonly authority: AuthorityContact;
  /** The reads that have no answer yet. */
  readonly asked: Set<number>;
  nextReqId: number;
}

const idsPerIncarnation = 1_048_576;

/** Nothing was asked yet. */
export function beginWatching(authorities: readonly ActorId[], self: Self): Watching {
  const nextReqId = self.incarnation * idsPerIncarnation;
  return { authority: contactOf(authorities), asked: new Set(), nextReqId };
}

/** An independent copy for a fork. */
export function copyWatching(watching: Watching): Watching {
  const { authority, asked } = watching;
  return { ...watching, authority: { ...authority }, asked: new Set(asked) };
}

/** Asks for the record of each volume. */
export function askForRecords(watching: Watching, volumes: readonly VolumeId[], out: Outbox): void {
  if (watching.asked.size > 0) askNext(watching.authority);
  watching.asked.clear();
  for (const volume of volumes) {
    const read: ReadRoute = { type: 'route.read', volume, reqId: watching.nextReqId++ };
    watching.asked.add(read.reqId);
    out.send(memberAsked(watching.authority), read);
  }
}

/** Whether this answers the last look, for the first time. */
export function isAnswer({ asked }: Watching, { reqId }: Route): boolean {
  return asked.delete(reqId);
}

/** Has a record changed; what came of it the next look shows. */
export function changeRecord(
  watching: Watching,
  { volume, change }: { readonly volume: VolumeId; readonly change: VolumeChange },
  out: Outbox,
): void {
  const message: ChangeVolume = {
    type: 'volume.change',
    volume,
    reqId: watching.nextReqId++,
    change,
  };
  out.send(memberAsked(watching.authority), message);
}
