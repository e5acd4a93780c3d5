// A cell: knows its hosts by their heartbeats and finds free slots for drivers. Nothing it knows is
// durable: after a crash it learns it all again, and a driver that asks again gets an answer.
import { type Behavior, type Message, machineDriver, nsPerMs, nsPerSec } from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { FindSlot, Heartbeat, Reserve, Reserved, SlotFound } from '../messages/slots.ts';
import { cellMachine } from './machine.ts';

/** A host that was not heard for this long gets no reservations. */
const silentAfterNs = 2 * nsPerSec;
/** At most so many reservations of one host are under way at once. */
const reservationMax = 4;
/** A reservation that a host does not answer for this long is forgotten. */
const reservationNs = 2 * nsPerSec;
/** For this long such a host gets no others: it is alive, but its device may not be. */
const avoidNs = 10 * nsPerSec;
const censusNs = 500 * nsPerMs;

/** What a cell is started with. */
export interface CellInput {
  readonly hosts: readonly string[];
}

interface HostCensus {
  readonly zone: string;
  readonly freeCount: number;
  readonly heardNs: number;
}
interface PendingReservation {
  readonly driver: string;
  readonly host: string;
  readonly sinceNs: number;
}

const driver = machineDriver(cellMachine);

interface CellState {
  readonly input: CellInput;
  machine: ReturnType<typeof driver.initial>;
  readonly hosts: Map<string, HostCensus>;
  readonly pending: Map<string, PendingReservation>;
  /** Hosts that left a reservation unanswered, and until when they are avoided. */
  readonly avoidedUntilNs: Map<string, number>;
}

/** The behavior of a cell. */
export const cell: Behavior<CellState, CellInput> = {
  name: 'cell',

  init(input, self, out) {
    const machine = driver.initial(undefined, self, out, () => {});
    out.setTimer('census', censusNs, { type: 'census.due' });
    return { input, machine, hosts: new Map(), pending: new Map(), avoidedUntilNs: new Map() };
  },

  receive(state, message: Message, from, self, out) {
    const known = message as ModelMessage | { readonly type: 'census.due' };
    const nowNs = self.nowNs();
    switch (known.type) {
      case 'heartbeat':
        takeHeartbeat(state, known, from, nowNs);
        break;
      case 'find-slot': {
        const found = findSlot(state, known, from, nowNs);
        const { reserveId, volume, range } = known;
        if (found === null) {
          out.send(from, { type: 'slot.found', reserveId, replica: null } as SlotFound);
        } else {
          out.send(found, { type: 'reserve', reserveId, volume, range } as Reserve);
        }
        break;
      }
      case 'reserved':
        onReserved(state, known, (to, answer) => out.send(to, answer));
        break;
      case 'census.due': {
        const census = takeCensus(state, nowNs);
        state.machine = driver.next(state.machine, census, self, out, () => {});
        out.gauge('slots.free', census.freeCount);
        out.setTimer('census', censusNs, { type: 'census.due' });
        break;
      }
    }
    return state;
  },

  copy: (state) => ({
    ...state,
    hosts: new Map(state.hosts),
    pending: new Map(state.pending),
    avoidedUntilNs: new Map(state.avoidedUntilNs),
  }),
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function takeHeartbeat(state: CellState, message: Heartbeat, from: string, nowNs: number): void {
  const { zone, freeCount } = message;
  state.hosts.set(from, { zone, freeCount, heardNs: nowNs });
}

// The host with the most free slots; by name among equals. The same request goes to the same host.
function findSlot(state: CellState, message: FindSlot, from: string, nowNs: number): string | null {
  forgetOld(state, nowNs);
  const before = state.pending.get(message.reserveId);
  if (before !== undefined) return before.host;
  let best: string | null = null;
  let bestFree = 0;
  for (const host of state.input.hosts) {
    const census = state.hosts.get(host);
    if (census === undefined || nowNs - census.heardNs >= silentAfterNs) continue;
    if ((state.avoidedUntilNs.get(host) ?? 0) > nowNs) continue;
    if (message.excludeHosts.includes(host) || message.excludeZones.includes(census.zone)) continue;
    const reservations = reservationsOf(state, host);
    if (reservations >= reservationMax) continue;
    const free = census.freeCount - reservations;
    if (free < bestFree || free <= 0) continue;
    if (free === bestFree && best !== null && best <= host) continue;
    best = host;
    bestFree = free;
  }
  if (best !== null) {
    state.pending.set(message.reserveId, { driver: from, host: best, sinceNs: nowNs });
  }
  return best;
}

function reservationsOf(state: CellState, host: string): number {
  let count = 0;
  for (const pending of state.pending.values()) if (pending.host === host) count += 1;
  return count;
}

function forgetOld(state: CellState, nowNs: number): void {
  for (const [id, pending] of state.pending) {
    if (nowNs - pending.sinceNs < reservationNs) continue;
    state.pending.delete(id);
    state.avoidedUntilNs.set(pending.host, nowNs + avoidNs);
  }
}

function onReserved(
  state: CellState,
  message: Reserved,
  send: (to: string, answer: SlotFound) => void,
): void {
  const { reserveId, replica } = message;
  const pending = state.pending.get(reserveId);
  if (pending === undefined) return;
  state.pending.delete(reserveId);
  send(pending.driver, { type: 'slot.found', reserveId, replica });
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
