// Which hosts a client takes for failed: no answer for a while, called silent by those before them,
// or errors of their devices again and again, whatever else goes well.
import { type Ns, nsPerMs } from '../../sim/index.ts';
import { type HostId, holds, type MapEntry, type Replica } from '../map-entry.ts';
import type { ClientStep, HostHealth } from './state.ts';

/** Reports of silence further apart than this do not belong together. */
const silenceGapNs = 2_500 * nsPerMs;

/** A request goes to a host. */
export function noteSent(step: ClientStep, host: HostId, nowNs: Ns): void {
  const health = healthOf(step, host);
  if (health.unansweredNs < 0 || nowNs - health.sentNs > silenceGapNs) health.unansweredNs = nowNs;
  health.sentNs = nowNs;
}

/** Something came from a host. */
export function noteHeard(step: ClientStep, host: HostId): void {
  const health = step.state.health.get(host);
  if (health !== undefined) health.unansweredNs = -1;
}

/** All members of an entry took part in an answer. */
export function clearSilence(step: ClientStep, entry: MapEntry): void {
  for (const { host } of entry.replicas) {
    const health = step.state.health.get(host);
    if (health !== undefined) health.silentNs = -1;
  }
}

/** A member says that the one after it is silent. */
export function noteSilent(step: ClientStep, range: number, about: Replica, nowNs: Ns): void {
  const { state } = step;
  const health = healthOf(step, about.host);
  if (health.silentNs < 0 || nowNs - health.silentLastNs > silenceGapNs) health.silentNs = nowNs;
  health.silentLastNs = nowNs;
  const entry = state.cache.get(range);
  const isTarget = entry !== undefined && !holds(entry, about);
  if (isTarget && isSuspect(step, about.host, nowNs)) state.lost.set(range, about);
}

/** A host says that its device fails. */
export function noteFailing(step: ClientStep, about: Replica, nowNs: Ns): void {
  const health = healthOf(step, about.host);
  if (health.failingNs < 0 || nowNs - health.failedNs > silenceGapNs) health.failingNs = nowNs;
  health.failedNs = nowNs;
}

/** Whether a host was silent, or its device failed, for as long as the client's patience lasts. */
export function isSuspect(step: ClientStep, host: HostId, nowNs: Ns): boolean {
  const health = step.state.health.get(host);
  if (health === undefined) return false;
  const { suspectNs } = step.state.input;
  // A host that is asked no more is not suspected any more: it may be well again, who knows.
  const isAsked = health.unansweredNs >= 0 && nowNs - health.sentNs <= silenceGapNs;
  if (isAsked && nowNs - health.unansweredNs >= suspectNs) return true;
  if (isLasting(nowNs, health.failingNs, health.failedNs, suspectNs)) return true;
  return isLasting(nowNs, health.silentNs, health.silentLastNs, suspectNs);
}

function isLasting(nowNs: Ns, sinceNs: Ns, lastNs: Ns, patienceNs: Ns): boolean {
  return sinceNs >= 0 && nowNs - lastNs <= silenceGapNs && nowNs - sinceNs >= patienceNs;
}

function healthOf(step: ClientStep, host: HostId): HostHealth {
  const { health } = step.state;
  let known = health.get(host);
  if (known === undefined) {
    known = {
      unansweredNs: -1,
      sentNs: -1,
      silentNs: -1,
      silentLastNs: -1,
      failingNs: -1,
      failedNs: -1,
    };
    health.set(host, known);
  }
  return known;
}
