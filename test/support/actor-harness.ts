// The smallest kernel that behaviors can run in: one queue ordered by time and sequence, no
// network, no faults. What happens is told as lines of text.
import type { ActorId, AnyBehavior, Message, OpOutcome, Outbox, Self } from '../../sim/actor.ts';
import { outside } from '../../sim/actor.ts';

interface Cell {
  readonly behavior: AnyBehavior;
  readonly self: Self;
  readonly timers: Map<string, number>;
  state: unknown;
}

interface Due {
  readonly atNs: number;
  readonly sequence: number;
  readonly run: () => void;
}

export interface Harness {
  readonly lines: string[];
  nowNs(): number;
  start(id: ActorId, behavior: AnyBehavior, input?: unknown): void;
  /** Delivers a message now, and everything that follows at this instant. */
  send(to: ActorId, message: Message, from?: ActorId): void;
  /** Lets virtual time pass. */
  pass(ms: number): void;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into states of any behavior.
  state(id: ActorId): any;
  mode(id: ActorId): string | undefined;
  /** The ids of actors that live, in the order they were started. */
  alive(): string[];
  /** The keys of armed timers of an actor. */
  timers(id: ActorId): string[];
}

export function actorHarness(): Harness {
  const cells = new Map<ActorId, Cell>();
  const lines: string[] = [];
  let queue: Due[] = [];
  let nowNs = 0;
  let sequence = 0;

  function at(atNs: number, run: () => void): number {
    sequence += 1;
    queue.push({ atNs, sequence, run });
    return sequence;
  }

  function cancel(cell: Cell, key: string): void {
    const armed = cell.timers.get(key);
    cell.timers.delete(key);
    queue = queue.filter((due) => due.sequence !== armed);
  }

  function start(id: ActorId, behavior: AnyBehavior, input: unknown): void {
    if (cells.has(id)) throw new Error(`'${id}' started while it is running`);
    const self: Self = {
      id,
      node: 'n1',
      labels: {},
      incarnation: 0,
      nowNs: () => nowNs,
      choose: () => 0,
      faultPoint: () => false,
    };
    const cell: Cell = { behavior, self, timers: new Map(), state: undefined };
    cells.set(id, cell);
    lines.push(`start ${id}`);
    cell.state = behavior.init(input, self, outboxOf(id, cell));
  }

  function stop(id: ActorId): void {
    for (const other of [...cells.keys()]) if (other.startsWith(`${id}/`)) stop(other);
    const cell = cells.get(id);
    if (cell === undefined) return;
    for (const key of [...cell.timers.keys()]) cancel(cell, key);
    cells.delete(id);
    lines.push(`stop ${id}`);
  }

  function deliver(to: ActorId, message: Message, from: ActorId): void {
    const cell = cells.get(to);
    if (cell === undefined) {
      lines.push(`lost ${message.type} to ${to}`);
      return;
    }
    const behavior = cell.behavior;
    cell.state = behavior.receive(cell.state, message, from, cell.self, outboxOf(to, cell));
  }

  function outboxOf(id: ActorId, cell: Cell): Outbox {
    return {
      send: (to, message) => {
        lines.push(`${id} -> ${to} ${message.type}`);
        at(nowNs, () => deliver(to, message, id));
      },
      setTimer: (key, delayNs, message) => {
        cancel(cell, key);
        const armed = at(nowNs + delayNs, () => {
          cell.timers.delete(key);
          deliver(id, message, id);
        });
        cell.timers.set(key, armed);
      },
      cancelTimer: (key) => cancel(cell, key),
      submitIo: (device, request) => lines.push(`${id} io ${device} ${request.op}`),
      spawn: (name, behavior, input) => {
        at(nowNs, () => start(`${id}/${name}`, behavior, input));
      },
      stop: (name) => stop(`${id}/${name}`),
      invoke: (opId, name, value) => lines.push(`${id} invoke ${opId} ${name} ${value}`),
      complete: (opId: number, name: string, outcome: OpOutcome, value: unknown) =>
        lines.push(`${id} ${outcome} ${opId} ${name} ${value}`),
      mark: (name, facts) => lines.push(`${id} mark ${name} ${JSON.stringify(facts ?? {})}`),
      gauge: (name, value) => lines.push(`${id} gauge ${name} ${value}`),
    };
  }

  function runUntil(endNs: number): void {
    for (let step = 0; step < 100_000; step++) {
      queue.sort((a, b) => a.atNs - b.atNs || a.sequence - b.sequence);
      const due = queue[0];
      if (due === undefined || due.atNs > endNs) {
        nowNs = endNs;
        return;
      }
      queue.shift();
      nowNs = due.atNs;
      due.run();
    }
    throw new Error('more than 100000 events');
  }

  return {
    lines,
    nowNs: () => nowNs,
    start: (id, behavior, input) => {
      start(id, behavior, input);
      runUntil(nowNs);
    },
    send: (to, message, from = outside) => {
      deliver(to, message, from);
      runUntil(nowNs);
    },
    pass: (ms) => runUntil(nowNs + Math.round(ms * 1_000_000)),
    state: (id) => cells.get(id)?.state,
    mode: (id) => {
      const cell = cells.get(id);
      return cell?.behavior.mode?.(cell.state);
    },
    alive: () => [...cells.keys()],
    timers: (id) => [...(cells.get(id)?.timers.keys() ?? [])],
  };
}
