// A cell: knows its hosts by their heartbeats, finds free slots for drivers, and admits no more
// copies than its hosts can bear. Nothing it knows is durable: after a crash it learns it all
// again, and a driver that asks again gets an answer.
import {
  type Behavior,
  type Message,
  machineDriver,
  type Ns,
  nsPerMs,
  nsPerSec,
  type Outbox,
  type Self,
} from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type {
  FindSlot,
  Heartbeat,
  RenewCopy,
  Reopen,
  Reserve,
  Reserved,
  SlotFound,
} from '../messages/slots.ts';
import type { MutantSet } from '../mutants.ts';
import type { ReMirrorSpec } from '../policies.ts';
import {
  type Admissions,
  admissionNs,
  askedAdmission,
  copiesAt,
  hasBudget,
  renewed,
  takeLapsed,
} from './admission.ts';
import { type Evacuated, isEvacuated, mayEvacuate } from './evacuation.ts';
import { cellMachine } from './machine.ts';
import { isOnProbation, noteReturned, type Returned } from './probation.ts';

/** A host that was not heard for this long gets no reservations. */
const silentAfterNs = 2 * nsPerSec;
/** For this long a host that left a reservation unanswered gets no others. */
const avoidNs = 10 * nsPerSec;
const censusNs = 500 * nsPerMs;

/** What a cell is started with. */
export interface CellInput {
  readonly hosts: readonly string[];
  /** Slots of all its hosts. */
  readonly slotCount: number;
  readonly policy: ReMirrorSpec;
  readonly mutants: MutantSet;
}

interface HostCensus {
  readonly zone: string;
  readonly freeCount: number;
  readonly heardNs: number;
}

const driver = machineDriver(cellMachine);

interface CellState {
  readonly input: CellInput;
  machine: ReturnType<typeof driver.initial>;
  readonly hosts: Map<string, HostCensus>;
  readonly admissions: Admissions;
  /** Until when nothing is admitted: leases of an earlier incarnation may still be running. */
  readonly learningUntilNs: Ns;
  /** Hosts that left a reservation unanswered, and until when they are avoided. */
  readonly avoidedUntilNs: Map<string, number>;
  /** Suspected hosts whose copies are made again elsewhere. */
  readonly evacuated: Evacuated;
  /** Hosts that were silent and are back. */
  readonly returned: Map<string, Returned>;
}

interface CellStep {
  readonly state: CellState;
  readonly self: Self;
  readonly out: Outbox;
}

/** The behavior of a cell. */
export const cell: Behavior<CellState, CellInput> = {
  name: 'cell',

  init(input, self, out) {
    const machine = driver.initial(undefined, self, out, () => {});
    out.setTimer('census', censusNs, { type: 'census.due' });
    const { copiesPerHost, copiesPerCell, hostsPerMinute, probation } = input.policy;
    out.mark('budget.set', { copiesPerHost, copiesPerCell, hostsPerMinute });
    if (probation !== null) out.mark('probation.set', { ...probation });
    return {
      input,
      machine,
      hosts: new Map(),
      admissions: new Map(),
      learningUntilNs: self.incarnation === 0 ? 0 : self.nowNs() + admissionNs,
      avoidedUntilNs: new Map(),
      evacuated: new Map(),
      returned: new Map(),
    };
  },

  receive(state, message: Message, from, self, out) {
    const step: CellStep = { state, self, out };
    const known = message as ModelMessage | { readonly type: 'census.due' };
    switch (known.type) {
      case 'heartbeat':
        takeHeartbeat(step, known, from);
        break;
      case 'find-slot':
        takeFindSlot(step, known, from);
        break;
      case 'reserved':
        onReserved(step, known);
        break;
      case 'copy.renew':
        takeRenewal(step, known, from);
        break;
      case 'copy.release':
        release(step, known.reserveId, 'released');
        break;
      case 'census.due':
        onCensusDue(step);
        break;
    }
    return state;
  },

  copy: (state) => ({
    ...state,
    hosts: new Map(state.hosts),
    admissions: new Map(state.admissions),
    avoidedUntilNs: new Map(state.avoidedUntilNs),
    evacuated: new Map(state.evacuated),
    returned: new Map(state.returned),
  }),
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function takeHeartbeat({ state, self, out }: CellStep, message: Heartbeat, from: string): void {
  const { zone, freeCount } = message;
  const { probation } = state.input.policy;
  const nowNs = self.nowNs();
  const known = state.hosts.get(from);
  if (probation !== null && known !== undefined && nowNs - known.heardNs >= silentAfterNs) {
    const returned = noteReturned(state.returned.get(from), probation, nowNs);
    state.returned.set(from, returned);
    out.mark('host.returned', { host: from, count: returned.count });
  }
  state.hosts.set(from, { zone, freeCount, heardNs: nowNs });
}

// The same request goes to the same host.
function takeFindSlot(step: CellStep, message: FindSlot, from: string): void {
  const { state, self, out } = step;
  forgetLapsed(step);
  const { reserveId, volume, range, source, replaces, back } = message;
  const known = state.admissions.get(reserveId)?.target;
  const found = known ?? (back === undefined ? chooseHost(step, message) : takeBack(step, message));
  if (found === 'budget' || found === 'velocity' || found === 'no-slot') {
    out.mark('slot.refused', { volume, range, reason: found });
    const busy = back !== undefined && found === 'budget' ? ({ busy: true } as const) : {};
    const refused: SlotFound = { type: 'slot.found', reserveId, replica: null, ...busy };
    out.send(from, refused);
    return;
  }
  if (known === undefined) {
    const asked = { reserveId, driver: from, source, target: found };
    state.admissions.set(reserveId, askedAdmission(asked, self.nowNs()));
    const evacuates = found === replaces ? null : replaces;
    noteEvacuated(step, evacuates);
    const admitted = { reserveId, volume, range, source, target: found, replaces: evacuates };
    out.mark('copy.admitted', back === undefined ? admitted : { ...admitted, back: true });
  }
  const { slot, gen } = back ?? {};
  const reserve: Reserve = { type: 'reserve', reserveId, volume, range };
  out.send(
    found,
    slot === undefined ? reserve : ({ ...reserve, type: 'reopen', slot, gen } as Reopen),
  );
}

// The host of a copy that is back: it needs no slot, but a place in the budget as any other.
function takeBack(step: CellStep, { source, back }: FindSlot): string | 'budget' | 'no-slot' {
  const { state, self } = step;
  const { admissions, input, hosts, learningUntilNs } = state;
  const host = back?.host ?? '';
  const heardNs = hosts.get(host)?.heardNs;
  if (!input.hosts.includes(host) || isFlapping(step, host)) return 'no-slot';
  if (input.mutants.has('budget-ignored')) return host;
  if (self.nowNs() < learningUntilNs || heardNs === undefined) return 'budget';
  if (!hasBudget(admissions, input.policy, source)) return 'budget';
  const copies = copiesAt(admissions, 'target', host);
  return copies < input.policy.copiesPerHost ? host : 'budget';
}

// The host with the most free slots; by name among equals.
function chooseHost(step: CellStep, message: FindSlot): string | 'budget' | 'velocity' | 'no-slot' {
  const { state } = step;
  const { admissions, input } = state;
  const { policy } = input;
  const ignoresBudget = input.mutants.has('budget-ignored');
  const nowNs = step.self.nowNs();
  if (!ignoresBudget) {
    if (nowNs < state.learningUntilNs) return 'budget';
    if (!hasBudget(admissions, policy, message.source)) return 'budget';
  }
  if (isTooFast(step, message.replaces)) return 'velocity';
  if (message.purpose === 'move' && isReserveTouched(state)) return 'no-slot';
  let best: string | null = null;
  let bestFree = 0;
  let isFull = false;
  let returned: string | null = null;
  for (const host of input.hosts) {
    const census = state.hosts.get(host);
    if (census === undefined || nowNs - census.heardNs >= silentAfterNs) continue;
    if (isShunned(step, host)) continue;
    if (message.excludeHosts.includes(host) || message.excludeZones.includes(census.zone)) continue;
    const copies = copiesAt(admissions, 'target', host);
    if (copies >= policy.copiesPerHost && !ignoresBudget) {
      isFull = true;
      continue;
    }
    const free = census.freeCount - unansweredAt(admissions, host);
    // It is heard again: if no other host can, it takes its own copy back, and nothing moves.
    if (policy.hostsPerMinute !== null && host === message.replaces && free > 0) {
      returned = host;
      continue;
    }
    if (free < bestFree || free <= 0) continue;
    if (free === bestFree && best !== null && best <= host) continue;
    best = host;
    bestFree = free;
  }
  return best ?? returned ?? (isFull ? 'budget' : 'no-slot');
}

// It left a reservation unanswered, comes and goes, or its copies are made again elsewhere.
function isShunned(step: CellStep, host: string): boolean {
  const { state, self } = step;
  const nowNs = self.nowNs();
  if ((state.avoidedUntilNs.get(host) ?? 0) > nowNs || isFlapping(step, host)) return true;
  if (state.input.policy.hostsPerMinute === null) return false;
  return isEvacuated(state.evacuated, host, nowNs);
}

function isFlapping({ state, self }: CellStep, host: string): boolean {
  const { policy, mutants } = state.input;
  // The variant that trusts whoever is heard.
  if (policy.probation === null || mutants.has('trusted-at-once')) return false;
  return isOnProbation(state.returned, host, { spec: policy.probation, nowNs: self.nowNs() });
}

// Many hosts that seem to be lost at once are no reason to make all their copies again at once.
function isTooFast({ state, self }: CellStep, host: string | null): boolean {
  const { policy, mutants } = state.input;
  const hostsMax = policy.hostsPerMinute;
  // The variant that believes each suspicion.
  if (host === null || hostsMax === null || mutants.has('evacuations-unlimited')) return false;
  return !mayEvacuate(state.evacuated, host, { hostsMax, nowNs: self.nowNs() });
}

function noteEvacuated({ state, self }: CellStep, host: string | null): void {
  const { policy, mutants } = state.input;
  if (host === null || policy.hostsPerMinute === null) return;
  if (mutants.has('evacuations-unlimited')) return;
  if (!state.evacuated.has(host)) state.evacuated.set(host, self.nowNs());
}

function isReserveTouched({ hosts, input }: CellState): boolean {
  let freeCount = 0;
  for (const census of hosts.values()) freeCount += census.freeCount;
  return freeCount <= input.slotCount * input.policy.reserveShare;
}

function unansweredAt(admissions: Admissions, host: string): number {
  let count = 0;
  for (const { target, answered } of admissions.values()) {
    if (target === host && !answered) count += 1;
  }
  return count;
}

function forgetLapsed(step: CellStep): void {
  const { state, self, out } = step;
  const nowNs = self.nowNs();
  for (const { reserveId, target, answered } of takeLapsed(state.admissions, nowNs)) {
    out.mark('copy.released', { reserveId, reason: 'lapsed' });
    // It is alive, but its device may not be.
    if (!answered) state.avoidedUntilNs.set(target, nowNs + avoidNs);
  }
}

function onReserved(step: CellStep, message: Reserved): void {
  const { state, self, out } = step;
  const { reserveId, replica } = message;
  const admission = state.admissions.get(reserveId);
  if (admission === undefined) return;
  if (replica === null) release(step, reserveId, 'refused');
  else state.admissions.set(reserveId, renewed(admission, self.nowNs()));
  out.send(admission.driver, { type: 'slot.found', reserveId, replica } as SlotFound);
}

// A restarted cell learns what was admitted before; one that had forgotten a lease has given its
// place away perhaps.
function takeRenewal(step: CellStep, message: RenewCopy, from: string): void {
  const { state, self, out } = step;
  const { reserveId, volume, range, source, target } = message;
  const nowNs = self.nowNs();
  const known = state.admissions.get(reserveId);
  if (known !== undefined) {
    state.admissions.set(reserveId, renewed(known, nowNs));
    return;
  }
  const { admissions, input } = state;
  const fits =
    hasBudget(admissions, input.policy, source) &&
    copiesAt(admissions, 'target', target) < input.policy.copiesPerHost;
  if (nowNs >= state.learningUntilNs || !input.hosts.includes(target) || !fits) return;
  const asked = askedAdmission({ reserveId, driver: from, source, target }, nowNs);
  admissions.set(reserveId, renewed(asked, nowNs));
  const replaces = null;
  out.mark('copy.admitted', { reserveId, volume, range, source, target, replaces });
}

function release(step: CellStep, reserveId: string, reason: string): void {
  if (!step.state.admissions.delete(reserveId)) return;
  step.out.mark('copy.released', { reserveId, reason });
}

function onCensusDue(step: CellStep): void {
  const { state, self, out } = step;
  forgetLapsed(step);
  const census = takeCensus(state, self.nowNs());
  state.machine = driver.next(state.machine, census, self, out, () => {});
  out.gauge('slots.free', census.freeCount);
  out.gauge('copies.admitted', state.admissions.size);
  out.setTimer('census', censusNs, { type: 'census.due' });
}

function takeCensus(state: CellState, nowNs: number) {
  let silentCount = 0;
  let freeCount = 0;
  for (const census of state.hosts.values()) {
    if (nowNs - census.heardNs >= silentAfterNs) silentCount += 1;
    else freeCount += census.freeCount;
  }
  return { type: 'CENSUS', heardCount: state.hosts.size, silentCount, freeCount } as const;
}
