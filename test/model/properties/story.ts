// A small block store told in marks: one volume of two ranges with four blocks each, two replicas
// a range.

import type { SlotCount } from '../../../model/host/slot-count.ts';
import { stampOf } from '../../../model/index.ts';
import { type Body, mark, start } from '../../support/entries.ts';

export interface Place {
  readonly host: string;
  readonly slot: number;
  readonly gen: number;
}

const volume = 'vol-1';
const blocksPerRange = 4;

/** The replica on `host-a`, `host-b` ... in slot 0. */
export function on(host: string, slot = 0, gen = 1): Place {
  return { host: `host-${host}`, slot, gen };
}

/** Hosts a, b and c, each in the zone of its name. */
export const hosts: readonly Body[] = ['a', 'b', 'c'].map((name) =>
  start(`host-${name}`, 0, { zone: name, role: 'host' }),
);

export function created(
  replicas: readonly Place[] = [on('a'), on('b')],
  name = volume,
  more: { readonly cells?: readonly string[] } = {},
): Body {
  const second = replicas.map((place) => ({ ...place, slot: place.slot + 1 }));
  const entries = [
    { range: 0, version: 1, replicas },
    { range: 1, version: 1, replicas: second },
  ];
  const facts = { volume: name, mapVersion: 0, replicaCount: 2, blocksPerRange, entries, ...more };
  return mark('authority', 'volume.created', facts);
}

/** A request of client-1 in session 1. */
export function request(reqId = 1, session = 1) {
  return { volume, client: 'client-1', session, reqId };
}

/** A change of range 0 that fits the map after `created`, unless told otherwise. */
export function applied(facts: Record<string, unknown> = {}): Body {
  return mark('authority', 'map.applied', {
    ...request(),
    range: 0,
    version: 2,
    mapVersion: 1,
    expectVersion: 1,
    previousVersion: 1,
    replicas: [on('a')],
    previous: [on('a'), on('b')],
    ...facts,
  });
}

export function refused(facts: Record<string, unknown> = {}): Body {
  const why = { range: 0, reason: 'version-moved' };
  return mark('authority', 'map.refused', { ...request(), ...why, ...facts });
}

export function granted(session: number, client = 'client-1'): Body {
  return mark('authority', 'attach.granted', { volume, client, session });
}

export function flushed(logIndex: number, digest: string): Body[] {
  return [
    mark('authority', 'log.flushed', { logIndex }),
    mark('authority', 'state.digest', { logIndex, digest }),
  ];
}

export function recovered(logIndex: number, digest: string): Body {
  const recordCount = logIndex + 1;
  return mark('authority', 'log.recovered', { logIndex, recordCount, digest });
}

/** A slot of range 0, or another, as host marks name it. */
function slotFacts({ slot, gen }: Place, range = 0) {
  return { volume, range, slot, gen };
}

export function stored(place: Place, block: number, stamps: readonly number[]): Body {
  return mark(place.host, 'block.stored', { ...slotFacts(place), block, stamps });
}

export function accepted(place: Place, session: number, cfgEpoch = 1): Body {
  return mark(place.host, 'write.accepted', { ...slotFacts(place), cfgEpoch, session });
}

export function adopted(place: Place, cfgEpoch: number, range = 0): Body {
  const members = [place];
  return mark(place.host, 'entry.adopted', { ...slotFacts(place, range), cfgEpoch, members });
}

export function fenced(place: Place, session: number, range = 0): Body {
  return mark(place.host, 'session.fenced', { ...slotFacts(place, range), session });
}

export function reserved(place: Place, range = 0, nowNs = 0): Body {
  return mark(place.host, 'slot.reserved', { ...slotFacts(place, range), nowNs });
}

/** What a host with four slots counts of them; without more words slot 0 has a tenant. */
export function counted(facts: Partial<SlotCount> = {}, host = 'host-a'): Body {
  const kinds = { vacant: 2, resting: 1, changing: 0, shadows: 0, unread: 0, tenancies: [0] };
  return mark(host, 'slots.counted', { capacity: 4, ...kinds, ...facts });
}

/** The stamp of a session's write. */
export function stamp(sequence: number, session = 1): number {
  return stampOf(session, sequence);
}
