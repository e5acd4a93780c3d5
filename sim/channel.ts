// An ordered, reliable channel over the connectionless network, for a behavior to keep in its
// state. Both sides open one to each other; each side both sends and receives.
//
//   outgoing   acked | in flight: sent, kept for resending | waiting for the window
//                    ^ base                                             queueMax in all
//   incoming   delivered | gap | early: kept until the gap is closed
//                        ^ expected
//
// A stream is named by two incarnations: who sends and who receives. Its items are numbered from 0.
// A side that does not know its peer says hello first; whoever is addressed by another incarnation
// than its own answers hello, so a restart is noticed by the first message that crosses it. Then a
// new stream begins with what was not acked, and segments of the old one are refused.
//
//   a (0)  -- item 7, 0 to 0 -->  b (1)    b was restarted and knows nothing of the stream 0 to 0
//   a (0)  <-- hello, 1 to 0 --   b (1)
//   a (0)  -- item 0, 0 to 1 -->  b (1)    the oldest item that was not acked
//
// What is promised: of one stream a prefix is delivered, in order, without gaps or duplicates;
// while both sides live and messages get through in the end, all of it. The first receiver that is
// met gets all that was sent from the beginning, its next incarnation what was not acked. What is
// not: an item whose ack was lost with a restarted receiver is delivered to its next incarnation
// again, and an ack says received, not durable.
import type { ActorId, Message, Outbox } from './actor.ts';
import { assert } from './assert.ts';
import type { Ns } from './units.ts';

/** How a channel behaves. */
export interface ChannelOptions {
  /** The actor at the other end, which has a channel back to this one. */
  readonly to: ActorId;
  /** `self.incarnation` of the actor that opens it. */
  readonly incarnation: number;
  /** The most items in flight; 16 by default. */
  readonly windowCount?: number;
  /**
   * How long to wait for an ack before all that is in flight is sent again; above the round trip.
   */
  readonly resendNs: Ns;
  /** The most items not acked, in flight or waiting; `send` refuses more. 4096 by default. */
  readonly queueMax?: number;
}

/** Tells the peer who is there; `target` is null when the sender does not know whom it talks to. */
interface Hello extends Message {
  readonly type: 'channel.hello';
  readonly source: number;
  readonly target: number | null;
}
/** One message of a stream. */
interface Item extends Message {
  readonly type: 'channel.item';
  readonly source: number;
  readonly target: number;
  readonly sequence: number;
  readonly body: Message;
}
/** All items of a stream below `expected` were delivered. */
interface Ack extends Message {
  readonly type: 'channel.ack';
  readonly source: number;
  readonly target: number;
  readonly expected: number;
}
type Segment = Hello | Item | Ack;

/** The timer of a channel; it comes back to the actor as a message. */
interface Resend extends Message {
  readonly type: 'channel.resend';
  readonly to: ActorId;
}

interface Outgoing {
  readonly body: Message;
  readonly sizeBytes: number;
}

const segmentTypes: ReadonlySet<string> = new Set(['channel.hello', 'channel.item', 'channel.ack']);
/**
 * What a segment adds to its body: an IPv4 and a TCP header without options, RFC 791 and RFC 9293.
 */
const headerBytes = 40;
const bodyBytes = 128;
const nothing: readonly Message[] = Object.freeze([]);

/** Opens one end. Nothing is sent until there is something to send. */
export function openChannel(options: ChannelOptions): Channel {
  const { windowCount = 16, queueMax = 4096, ...rest } = options;
  assert(
    Number.isInteger(windowCount) && windowCount >= 1,
    `windowCount ${windowCount}, expected an integer from 1`,
  );
  assert(queueMax >= windowCount, `queueMax ${queueMax} below windowCount ${windowCount}`);
  const { incarnation, resendNs } = rest;
  assert(
    Number.isInteger(incarnation) && incarnation >= 0,
    `incarnation ${incarnation}, expected an integer from 0`,
  );
  assert(
    Number.isSafeInteger(resendNs) && resendNs > 0,
    `resendNs ${resendNs}, expected an integer above 0`,
  );
  return new Channel({ ...rest, windowCount, queueMax });
}

/** One end of a channel: a part of an actor's state, copied with it. */
export class Channel {
  readonly #options: Required<ChannelOptions>;
  /** Of the peer, the newest that was heard of; null before. */
  #peer: number | null = null;
  /** Not acked, oldest first; the first is number `#base` of the stream. */
  #unacked: Outgoing[] = [];
  #base = 0;
  /** How many of the unacked are in flight. */
  #inFlightCount = 0;
  #expected = 0;
  /** Items that came before those they follow, by number. */
  #early = new Map<number, Message>();
  #armed = false;

  constructor(options: Required<ChannelOptions>) {
    this.#options = options;
  }

  /** How many messages were sent and not acked. */
  get unackedCount(): number {
    return this.#unacked.length;
  }

  /**
   * Sends `body` after all that was sent before; false when `queueMax` is reached and it was not
   * taken.
   */
  send(body: Message, out: Outbox, sizeBytes: number = bodyBytes): boolean {
    const { to, queueMax } = this.#options;
    if (this.#unacked.length === queueMax) return false;
    this.#unacked.push({ body, sizeBytes });
    if (this.#peer !== null) this.#fillWindow(out);
    else if (!this.#armed) this.#hello(to, out);
    if (!this.#armed) this.#arm(out);
    return true;
  }

  /**
   * Takes what an actor received: the messages that are delivered by it, in order, often none; null
   * when it is not of this channel.
   */
  onMessage(message: Message, from: ActorId, out: Outbox): readonly Message[] | null {
    const { to, incarnation } = this.#options;
    if (from !== to || !segmentTypes.has(message.type)) return null;
    const segment = message as Segment;
    // From before the peer's restart: whatever it says is over.
    if (this.#peer !== null && segment.source < this.#peer) return nothing;
    if (segment.source !== this.#peer) this.#meet(segment.source, out);
    if (segment.target !== incarnation) {
      this.#hello(to, out);
      return nothing;
    }
    if (segment.type === 'channel.item') return this.#take(segment, out);
    if (segment.type === 'channel.ack') this.#settle(segment.expected, out);
    return nothing;
  }

  /**
   * Takes a timer that fired: sends again what was not acked. False when it is not of this channel.
   */
  onTimer(message: Message, out: Outbox): boolean {
    const { to } = this.#options;
    if (message.type !== 'channel.resend' || (message as Resend).to !== to) return false;
    this.#armed = false;
    if (this.#unacked.length === 0) return true;
    if (this.#peer === null) this.#hello(to, out);
    for (let index = 0; index < this.#inFlightCount; index++) this.#sendItem(index, out);
    this.#arm(out);
    return true;
  }

  /** An independent end in the same state, for a fork. */
  copy(): Channel {
    const other = new Channel(this.#options);
    other.#peer = this.#peer;
    other.#unacked = [...this.#unacked];
    other.#base = this.#base;
    other.#inFlightCount = this.#inFlightCount;
    other.#expected = this.#expected;
    other.#early = new Map(this.#early);
    other.#armed = this.#armed;
    return other;
  }

  /** The peer is new or was restarted: both streams begin anew, with what it has not acked. */
  #meet(peer: number, out: Outbox): void {
    this.#peer = peer;
    this.#base = 0;
    this.#inFlightCount = 0;
    this.#expected = 0;
    this.#early.clear();
    this.#fillWindow(out);
  }

  #take({ sequence, body }: Item, out: Outbox): readonly Message[] {
    const { to, incarnation, windowCount } = this.#options;
    const delivered: Message[] = [];
    // What is beyond the window is sent again later: the peer may have a larger one.
    if (sequence >= this.#expected && sequence < this.#expected + windowCount) {
      this.#early.set(sequence, body);
    }
    for (;;) {
      const next = this.#early.get(this.#expected);
      if (next === undefined) break;
      this.#early.delete(this.#expected);
      this.#expected += 1;
      delivered.push(next);
    }
    const ack: Ack = {
      type: 'channel.ack',
      source: incarnation,
      target: this.#knownPeer(),
      expected: this.#expected,
    };
    out.send(to, ack, headerBytes);
    return delivered;
  }

  /** Everything below `expected` has arrived. */
  #settle(expected: number, out: Outbox): void {
    const ackedCount = expected - this.#base;
    if (ackedCount <= 0) return;
    assert(
      ackedCount <= this.#inFlightCount,
      `'${this.#options.to}' acked ${ackedCount} items of ${this.#inFlightCount} in flight`,
    );
    this.#unacked.splice(0, ackedCount);
    this.#base = expected;
    this.#inFlightCount -= ackedCount;
    this.#fillWindow(out);
    if (this.#unacked.length > 0) {
      this.#arm(out);
    } else {
      out.cancelTimer(this.#timerKey());
      this.#armed = false;
    }
  }

  #fillWindow(out: Outbox): void {
    const { windowCount } = this.#options;
    while (this.#inFlightCount < Math.min(windowCount, this.#unacked.length)) {
      this.#sendItem(this.#inFlightCount, out);
      this.#inFlightCount += 1;
    }
  }

  #sendItem(index: number, out: Outbox): void {
    const { to, incarnation } = this.#options;
    const { body, sizeBytes } = this.#unacked[index]!;
    const item: Item = {
      type: 'channel.item',
      source: incarnation,
      target: this.#knownPeer(),
      sequence: this.#base + index,
      body,
    };
    out.send(to, item, sizeBytes + headerBytes);
  }

  #hello(to: ActorId, out: Outbox): void {
    const { incarnation } = this.#options;
    const hello: Hello = { type: 'channel.hello', source: incarnation, target: this.#peer };
    out.send(to, hello, headerBytes);
  }

  #arm(out: Outbox): void {
    const { to, resendNs } = this.#options;
    out.setTimer(this.#timerKey(), resendNs, { type: 'channel.resend', to } as Resend);
    this.#armed = true;
  }

  #timerKey(): string {
    return `channel ${this.#options.to}`;
  }

  #knownPeer(): number {
    assert(this.#peer !== null, `'${this.#options.to}' is addressed before it was met`);
    return this.#peer;
  }
}
