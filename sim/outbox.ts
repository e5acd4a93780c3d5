// The effects of one step, kept as parallel arrays that are used again and again: no object per
// effect.
import type { ActorId, AnyBehavior, Message, OpOutcome, Outbox } from './actor.ts';
import { fail } from './assert.ts';
import type { IoRequest } from './disk/device.ts';
import type { Ns } from './units.ts';

/** What an effect asks for; the World has one branch for each. */
export const effect = {
  send: 0,
  setTimer: 1,
  cancelTimer: 2,
  submitIo: 3,
  spawn: 4,
  stop: 5,
  invoke: 6,
  complete: 7,
  mark: 8,
  gauge: 9,
} as const;

/** More effects than this in one step are a runaway loop in an actor. */
export const effectCountMax = 65_536;

const defaultMessageBytes = 128;
const noFacts: Readonly<Record<string, unknown>> = Object.freeze({});

/** A list of effects in the order they were asked for. */
export class EffectBuffer implements Outbox {
  count = 0;
  readonly kind: number[] = [];
  /** Whom, which timer, device, child, operation, mark or gauge. */
  readonly name: string[] = [];
  /** The message, request, behavior, value or facts. */
  readonly body: unknown[] = [];
  /** Bytes, delay, operation id or gauge value. */
  readonly amount: number[] = [];
  /** The child's input or the operation's outcome. */
  readonly extra: unknown[] = [];

  send(to: ActorId, message: Message, sizeBytes: number = defaultMessageBytes): void {
    this.#put(effect.send, to, message, sizeBytes, undefined);
  }

  setTimer(key: string, delayNs: Ns, message: Message): void {
    if (!(Number.isSafeInteger(delayNs) && delayNs >= 0)) {
      fail(`timer '${key}' set to ${delayNs} ns, expected an integer from 0`);
    }
    this.#put(effect.setTimer, key, message, delayNs, undefined);
  }

  cancelTimer(key: string): void {
    this.#put(effect.cancelTimer, key, undefined, 0, undefined);
  }

  submitIo(device: string, request: IoRequest): void {
    this.#put(effect.submitIo, device, request, 0, undefined);
  }

  spawn(name: string, behavior: AnyBehavior, input?: unknown): void {
    this.#put(effect.spawn, name, behavior, 0, input);
  }

  stop(name: string): void {
    this.#put(effect.stop, name, undefined, 0, undefined);
  }

  invoke(opId: number, name: string, value: unknown): void {
    this.#put(effect.invoke, name, value, opId, undefined);
  }

  complete(opId: number, name: string, outcome: OpOutcome, value: unknown): void {
    this.#put(effect.complete, name, value, opId, outcome);
  }

  mark(name: string, facts: Readonly<Record<string, unknown>> = noFacts): void {
    this.#put(effect.mark, name, facts, 0, undefined);
  }

  gauge(name: string, value: number): void {
    this.#put(effect.gauge, name, undefined, value, undefined);
  }

  /** Forgets all effects, once they have been carried out. */
  clear(): void {
    for (let i = 0; i < this.count; i++) {
      this.body[i] = undefined;
      this.extra[i] = undefined;
    }
    this.count = 0;
  }

  #put(kind: number, name: string, body: unknown, amount: number, extra: unknown): void {
    const at = this.count;
    if (at >= effectCountMax) fail(`${at} effects in one step, the limit is ${effectCountMax}`);
    this.kind[at] = kind;
    this.name[at] = name;
    this.body[at] = body;
    this.amount[at] = amount;
    this.extra[at] = extra;
    this.count = at + 1;
  }
}
