// An actor that shows every kind of trouble: it talks to its peers, waits, passes a named point in
// its code, and writes, flushes and reads its device.
import type { Behavior, IoCompletion, Message } from '../../sim/index.ts';

/** `refill` writes the device anew, `probe` does one of everything. */
export interface FaultProbe extends Message {
  readonly type: 'probe' | 'refill';
}

const filled = { block: 8, blockCount: 32 };

interface ProberInput {
  readonly peers: readonly string[];
}

const prober: Behavior<ProberInput, ProberInput> = {
  name: 'fault-prober',
  init(input, _self, out) {
    refill(out);
    return input;
  },
  receive(state, message, from, self, out) {
    if (message.type === 'refill') refill(out);
    else if (message.type === 'ping') out.send(from, { type: 'pong' });
    else if (message.type === 'probe') {
      for (const peer of state.peers) if (peer !== self.id) out.send(peer, { type: 'ping' });
      if (self.faultPoint('probe')) out.mark('point.passed');
      out.setTimer('wait', 2_000_000, { type: 'waited' });
      out.submitIo('disk', { op: 'read', ...filled, tag: 'read' });
      out.submitIo('disk', { op: 'write', block: 3, blockCount: 1, stamps: [1], tag: 'write' });
    } else if (message.type === 'io.completed') {
      const { tag, status, stamps } = message as IoCompletion;
      if (tag === 'write') out.submitIo('disk', { op: 'flush', block: 0, blockCount: 0, tag: '' });
      if (tag === 'write') {
        out.submitIo('disk', { op: 'read', block: 3, blockCount: 1, tag: 'read' });
      }
      if (tag === 'read') out.mark('device.read', { status, stamps: stamps ?? null });
    }
    return state;
  },
  copy: (state) => state,
};

/** Fills its device when it starts; what it reads is in the record. `previous` tells of itself. */
export const faultProber: Behavior<ProberInput, ProberInput> = {
  ...prober,
  versions: {
    previous: {
      ...prober,
      receive(state, message, from, self, out) {
        if (message.type === 'probe') out.mark('previous.probed');
        return prober.receive(state, message, from, self, out);
      },
    } satisfies Behavior<ProberInput, ProberInput>,
  },
};

function refill(out: Parameters<typeof prober.init>[2]): void {
  const stamps = Array.from({ length: filled.blockCount }, (_, index) => 100 + index);
  out.submitIo('disk', { op: 'write', ...filled, stamps, fua: true, tag: 'refilled' });
}
