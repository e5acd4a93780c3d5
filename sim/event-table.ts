// What each pending event carries, as arrays that run parallel to the queue's slots.
import { type EventHandle, EventQueue } from './event-queue.ts';
import type { ActorCell } from './node.ts';
import type { Ns } from './units.ts';

/** What an event does when it is due. */
export const eventKind = { fault: 0, start: 1, io: 2, message: 3, timer: 4 } as const;
/** One of the kinds of events. */
export type EventKind = (typeof eventKind)[keyof typeof eventKind];

/** The order of classes at one instant; a fault strikes before anything else of that instant. */
const phaseOf: readonly number[] = [0, 1, 2, 3, 4];

/** The queue together with what its events carry. */
export class EventTable {
  queue = new EventQueue();
  kind = new Uint8Array(64);
  actor = new Int32Array(64);
  /**
   * For an I/O completion: the slot of the device. For a message that is on the wires: how many
   * cuts had fallen when it set out; -1 where no wire lies before it, or none any more.
   */
  deviceSlot = new Int32Array(64);
  from = new Int32Array(64);
  dueNs = new Float64Array(64);
  sentAtNs = new Float64Array(64);
  high = new Int32Array(64);
  low = new Int32Array(64);
  causeHigh = new Int32Array(64);
  causeLow = new Int32Array(64);
  body: unknown[] = [];
  /** The timer's key, or ''. */
  text: string[] = [];
  lastSlot = -1;

  /** Adds an event; the handle cancels it. Its slot is left in `lastSlot`. No object per event. */
  push(
    kind: EventKind,
    atNs: Ns,
    tie: number,
    actor: number,
    from: number,
    body: unknown,
    sentAtNs: Ns,
  ): EventHandle {
    const handle = this.queue.push(atNs, phaseOf[kind], tie);
    const slot = this.queue.slotOf(handle);
    this.lastSlot = slot;
    if (slot >= this.kind.length) this.#grow(slot);
    this.kind[slot] = kind;
    this.actor[slot] = actor;
    this.deviceSlot[slot] = -1;
    this.from[slot] = from;
    this.dueNs[slot] = atNs;
    this.sentAtNs[slot] = sentAtNs;
    this.body[slot] = body;
    this.text[slot] = '';
    return handle;
  }

  /** Gives the event its causal identity. */
  identify(handle: EventHandle, high: number, low: number, causeHigh: number, causeLow: number) {
    const slot = this.queue.slotOf(handle);
    this.high[slot] = high;
    this.low[slot] = low;
    this.causeHigh[slot] = causeHigh;
    this.causeLow[slot] = causeLow;
  }

  cancel(handle: EventHandle): boolean {
    const slot = this.queue.cancel(handle);
    if (slot < 0) return false;
    this.body[slot] = undefined;
    return true;
  }

  /** Moves a pending event to another instant; its identity stays. */
  move(handle: EventHandle, atNs: Ns, tie: number): EventHandle {
    const slot = this.queue.slotOf(handle);
    const kind = this.kind[slot] as EventKind;
    const body = this.body[slot];
    const { high, low, causeHigh, causeLow } = this;
    const id = [high[slot], low[slot], causeHigh[slot], causeLow[slot]] as const;
    const actor = this.actor[slot];
    const deviceSlot = this.deviceSlot[slot];
    const from = this.from[slot];
    const text = this.text[slot];
    const sentAtNs = this.sentAtNs[slot];
    this.cancel(handle);
    const moved = this.push(kind, atNs, tie, actor, from, body, sentAtNs);
    this.deviceSlot[this.lastSlot] = deviceSlot;
    this.text[this.lastSlot] = text;
    this.identify(moved, ...id);
    return moved;
  }

  /**
   * Makes a held event due now; the owner of a timer or start learns its handle. Cancelled ones
   * stay so.
   */
  wake(handle: EventHandle, nowNs: Ns, actors: readonly ActorCell[]): void {
    const slot = this.queue.slotOf(handle);
    if (slot < 0) return;
    const cell = actors[this.actor[slot]];
    const key = this.text[slot];
    const isTimer = this.kind[slot] === eventKind.timer;
    const isStart = this.kind[slot] === eventKind.start;
    const moved = this.move(handle, nowNs, 0);
    if (isTimer) cell.timers.set(key, moved);
    if (isStart) cell.startEvent = moved;
  }

  copy(): EventTable {
    const other = new EventTable();
    other.queue = this.queue.copy();
    other.kind = this.kind.slice();
    other.actor = this.actor.slice();
    other.deviceSlot = this.deviceSlot.slice();
    other.from = this.from.slice();
    other.dueNs = this.dueNs.slice();
    other.sentAtNs = this.sentAtNs.slice();
    other.high = this.high.slice();
    other.low = this.low.slice();
    other.causeHigh = this.causeHigh.slice();
    other.causeLow = this.causeLow.slice();
    other.body = this.body.slice();
    other.text = this.text.slice();
    return other;
  }

  #grow(slot: number): void {
    const size = Math.max(slot + 1, this.kind.length * 2);
    this.kind = enlarged(this.kind, new Uint8Array(size));
    this.actor = enlarged(this.actor, new Int32Array(size));
    this.deviceSlot = enlarged(this.deviceSlot, new Int32Array(size));
    this.from = enlarged(this.from, new Int32Array(size));
    this.dueNs = enlarged(this.dueNs, new Float64Array(size));
    this.sentAtNs = enlarged(this.sentAtNs, new Float64Array(size));
    this.high = enlarged(this.high, new Int32Array(size));
    this.low = enlarged(this.low, new Int32Array(size));
    this.causeHigh = enlarged(this.causeHigh, new Int32Array(size));
    this.causeLow = enlarged(this.causeLow, new Int32Array(size));
  }
}

function enlarged<T extends Uint8Array | Int32Array | Float64Array>(old: T, room: T): T {
  room.set(old);
  return room;
}
