// How findings name what they speak of.
import { type Ns, nsPerSec } from '../../sim/index.ts';
import type { Replica } from '../map-entry.ts';
import { sequenceMax, sessionOfStamp } from '../stamps.ts';

/** `3.25 s`. */
export function timeText(atNs: Ns): string {
  return `${atNs / nsPerSec} s`;
}

/** A block's content: `stamp 4194310 (session 1, sequence 6)`. */
export function stampText(stamp: number): string {
  if (stamp === 0) return 'stamp 0 (never written)';
  const session = sessionOfStamp(stamp);
  return `stamp ${stamp} (session ${session}, sequence ${stamp - session * (sequenceMax + 1)})`;
}

/** `block 12 of 'vol-1'`. */
export function blockText(volume: string, block: number): string {
  return `block ${block} of '${volume}'`;
}

/** `range 3 of 'vol-1'`. */
export function rangeText(volume: string, range: number): string {
  return `range ${range} of '${volume}'`;
}

/** `slot 4 generation 2 of 'host-1'`. */
export function slotText(host: string, place: { readonly slot: number; readonly gen: number }) {
  return `slot ${place.slot} generation ${place.gen} of '${host}'`;
}

/** `ranges 0, 3`. */
export function rangesText(ranges: readonly (number | string)[]): string {
  return ranges.length === 0 ? 'nothing' : `ranges ${ranges.join(', ')}`;
}

/** `host-1/4/2, host-2/0/1`. */
export function replicasText(replicas: readonly Replica[]): string {
  return replicas.map(({ host, slot, gen }) => `${host}/${slot}/${gen}`).join(', ');
}

/** `operation 5 of 'client-1'`. */
export function operationText(op: { readonly actor: string; readonly opId: number }): string {
  return `operation ${op.opId} of '${op.actor}'`;
}

/** `request 7 of 'client-1' in session 2`. */
export function requestText(request: {
  readonly client: string;
  readonly session: number;
  readonly reqId: number;
}): string {
  return `request ${request.reqId} of '${request.client}' in session ${request.session}`;
}
