// How a client's copy of the map stays fresh: it asks for what changed since it last looked.
import type { BlockReply } from '../messages/blocks.ts';
import type { Renewed } from '../messages/leases.ts';
import { needRanges } from './map.ts';
import type { ClientStep, Piece } from './state.ts';

/** At most so many ranges are asked for at once. */
const askMax = 64;

/** The authority tells what changed: entries that are older here are asked for. */
export function noteChanged(
  step: ClientStep,
  told: Pick<Renewed, 'mapVersion' | 'changed' | 'throughVersion'>,
): void {
  const { state, out } = step;
  const { mapVersion, changed, throughVersion } = told;
  if (throughVersion < state.refreshedVersion || state.input.mutants.has('no-refresh')) return;
  out.gauge('map.versions-behind', mapVersion - state.refreshedVersion);
  // Who waits for the next turn with a page more to come is late by as many turns.
  if (throughVersion < mapVersion) state.lease = { ...state.lease, renewNs: step.self.nowNs() };
  state.refreshedVersion = throughVersion;
  const stale = changed === null ? [...state.cache.keys()] : staleOf(step, changed);
  for (let at = 0; at < stale.length; at += askMax) needRanges(step, stale.slice(at, at + askMax));
}

function staleOf(
  { state, out }: ClientStep,
  changed: NonNullable<Renewed['changed']>,
): readonly number[] {
  const stale = new Set<number>();
  for (const { range, version } of changed) {
    const known = state.cache.get(range);
    if (known === undefined || known.version >= version || stale.has(range)) continue;
    stale.add(range);
    out.mark('stale-map.noticed', { volume: state.input.volume, range, version: known.version });
  }
  return [...stale];
}

/** A host answered. One that knows a newer configuration refuses; if not, that is worth a word. */
export function noteServed(
  { state, out }: ClientStep,
  piece: Piece,
  { cfgEpoch }: BlockReply,
): void {
  const { range, sentVersion: version } = piece;
  if (cfgEpoch <= version) return;
  out.mark('stale-map.served', { volume: state.input.volume, range, version, known: cfgEpoch });
}
