// Which hosts a client takes for failed: no answer for a while, called silent by those before them,
// or errors of their devices again and again, whatever else goes well.
//
// Two hosts may be cut off from each other alone: both are up, and say that of the other. Who asks
// only whether a host is up waits until the cut heals (Alquraan and others, An Analysis of
// Network-Partitioning Failures in Cloud Systems, OSDI 2018: 29 percent of the partitions that they
// looked at were partial). So silence is noted by link, too, where its host is heard meanwhile.
//
//   client --> a -x-> b     a calls b silent, and b answers elsewhere: ranges that need the link
//          \-> c ---> b     give up their copy on b, and get none on b while a has one; or the one
//                          on a, if a has called more hosts silent than have called b
import { type Ns, nsPerMs, nsPerSec } from '../../sim/index.ts';
import { type HostId, holds, type MapEntry, type Replica, replicaOn } from '../map-entry.ts';
import type { ClientStep, HostHealth, SilentLink } from './state.ts';

/** Reports of silence further apart than this do not belong together. */
const silenceGapNs = 2_500 * nsPerMs;
/**
 * For so long after the last report of a cut no copy is made across it: as long as a cell avoids a
 * host that left it without an answer.
 */
const avoidNs = 10 * nsPerSec;

/** A request goes to a host. */
export function noteSent(step: ClientStep, host: HostId, nowNs: Ns): void {
  const health = healthOf(step, host);
  if (health.unansweredNs < 0 || nowNs - health.sentNs > silenceGapNs) health.unansweredNs = nowNs;
  health.sentNs = nowNs;
}

/** Something came from a host. */
export function noteHeard(step: ClientStep, host: HostId, nowNs: Ns): void {
  const health = step.state.health.get(host);
  if (health === undefined) return;
  health.unansweredNs = -1;
  health.heardNs = nowNs;
}

/** All members of an entry took part in an answer. */
export function clearSilence(step: ClientStep, entry: MapEntry, nowNs: Ns): void {
  const { health: all, links } = step.state;
  for (const { host } of entry.replicas) {
    const health = all.get(host);
    if (health === undefined) continue;
    health.silentNs = -1;
    health.heardNs = nowNs;
  }
  if (links.size === 0) return;
  for (const { host } of entry.replicas) {
    const asker = askerOf(step, entry, host);
    if (asker !== null) links.delete(linkName(asker, host));
  }
}

/** A member says that the one after it is silent. */
export function noteSilent(step: ClientStep, range: number, about: Replica, nowNs: Ns): void {
  const { state } = step;
  const health = healthOf(step, about.host);
  if (health.silentNs < 0 || nowNs - health.silentLastNs > silenceGapNs) health.silentNs = nowNs;
  health.silentLastNs = nowNs;
  const entry = state.cache.get(range);
  if (entry === undefined) return;
  const asker = askerOf(step, entry, about.host);
  if (asker !== null) noteSilentLink(step, { asker, asked: about.host }, nowNs);
  if (holds(entry, about)) return;
  const isCut = asker !== null && isCutOff(step, linkName(asker, about.host), nowNs);
  if (isCut || isSuspect(step, about.host, nowNs)) state.lost.set(range, about);
}

function noteSilentLink(
  { state }: ClientStep,
  between: Pick<SilentLink, 'asker' | 'asked'>,
  nowNs: Ns,
): void {
  const name = linkName(between.asker, between.asked);
  const known = state.links.get(name);
  const goesOn = known !== undefined && nowNs - known.lastNs <= silenceGapNs;
  const sinceNs = goesOn ? known.sinceNs : nowNs;
  const heardNs = state.health.get(between.asked)?.heardNs ?? -1;
  // It was down, or is, if nobody else has heard it either.
  const isPartial = (goesOn && known.isPartial) || heardNs > sinceNs;
  state.links.set(name, { ...between, sinceNs, lastNs: nowNs, isPartial });
}

// Who passes requests on to a host: the one before it, or the head; null for the head itself. A
// target that is being filled comes after all others.
function askerOf({ state }: ClientStep, { replicas }: MapEntry, host: HostId): HostId | null {
  const at = replicas.findIndex((replica) => replica.host === host);
  if (at === 0) return null;
  const asker = state.replication === 'chain' ? replicas.at(at < 0 ? -1 : at - 1) : replicas[0];
  return asker?.host ?? null;
}

function linkName(asker: HostId, asked: HostId): string {
  return `${asker} ${asked}`;
}

/** A host says that its device fails. */
export function noteFailing(step: ClientStep, about: Replica, nowNs: Ns): void {
  const health = healthOf(step, about.host);
  if (health.failingNs < 0 || nowNs - health.failedNs > silenceGapNs) health.failingNs = nowNs;
  health.failedNs = nowNs;
}

// Whether a host was silent, or its device failed, for as long as the client's patience lasts.
function isSuspect(step: ClientStep, host: HostId, nowNs: Ns): boolean {
  const health = step.state.health.get(host);
  if (health === undefined) return false;
  const { suspectNs } = step.state.input;
  return (
    isFailed(step, host, nowNs) || isLasting(nowNs, health.silentNs, health.silentLastNs, suspectNs)
  );
}

// Whether that is what the client saw itself.
function isFailed({ state }: ClientStep, host: HostId, nowNs: Ns): boolean {
  const health = state.health.get(host);
  if (health === undefined) return false;
  const { suspectNs } = state.input;
  // A host that is asked no more is not suspected any more: it may be well again, who knows.
  const isAsked = health.unansweredNs >= 0 && nowNs - health.sentNs <= silenceGapNs;
  if (isAsked && nowNs - health.unansweredNs >= suspectNs) return true;
  return isLasting(nowNs, health.failingNs, health.failedNs, suspectNs);
}

/** The copy of an entry that is to be given up; null when there is no reason to. */
export function suspectIn(step: ClientStep, entry: MapEntry, nowNs: Ns): Replica | null {
  const suspect = entry.replicas.find(({ host }) => isSuspect(step, host, nowNs));
  if (step.state.links.size === 0) return suspect ?? null;
  if (suspect !== undefined && isFailed(step, suspect.host, nowNs)) return suspect;
  const silent =
    suspect ??
    entry.replicas.find(({ host }) => {
      const asker = askerOf(step, entry, host);
      return asker !== null && isCutOff(step, linkName(asker, host), nowNs);
    });
  return silent === undefined ? null : blamed(step, { entry, silent }, nowNs);
}

// Of two that do not hear each other the one that more others do not hear.
function blamed(
  step: ClientStep,
  { entry, silent }: { readonly entry: MapEntry; readonly silent: Replica },
  nowNs: Ns,
): Replica {
  const asker = askerOf(step, entry, silent.host);
  if (asker === null) return silent;
  const askerCount = cutCount(step, asker, nowNs);
  const isAsker = askerCount > cutCount(step, silent.host, nowNs);
  return (isAsker ? replicaOn(entry, asker) : undefined) ?? silent;
}

function cutCount(step: ClientStep, host: HostId, nowNs: Ns): number {
  const others = new Set<HostId>();
  for (const { asker, asked } of lateCuts(step, nowNs)) {
    if (asker === host) others.add(asked);
    if (asked === host) others.add(asker);
  }
  return others.size;
}

/** Hosts that get no copy of an entry, for one that keeps its copy does not reach them. */
export function unreachedFrom(
  step: ClientStep,
  { entry, suspect }: { readonly entry: MapEntry; readonly suspect: Replica | null },
  nowNs: Ns,
): readonly HostId[] {
  const isKept = (host: HostId) => host !== suspect?.host && replicaOn(entry, host) !== undefined;
  const unreached: HostId[] = [];
  for (const { asker, asked } of lateCuts(step, nowNs)) {
    if (isKept(asker)) unreached.push(asked);
    if (isKept(asked)) unreached.push(asker);
  }
  return unreached;
}

function lateCuts({ state }: ClientStep, nowNs: Ns): readonly SilentLink[] {
  const links = [...state.links.values()];
  return links.filter(({ isPartial, lastNs }) => isPartial && nowNs - lastNs <= avoidNs);
}

function isCutOff({ state }: ClientStep, name: string, nowNs: Ns): boolean {
  const link = state.links.get(name);
  if (link?.isPartial !== true) return false;
  return isLasting(nowNs, link.sinceNs, link.lastNs, state.input.suspectNs);
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
      heardNs: -1,
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
