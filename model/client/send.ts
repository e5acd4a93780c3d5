// How a piece of an operation goes to a host.
import { nsPerMs } from '../../sim/index.ts';
import type { MapEntry, Replica } from '../map-entry.ts';
import type { ReadRequest, StoreRequest } from '../messages/blocks.ts';
import { dataBytes, headerBytes, stampBytes } from '../messages/sizes.ts';
import { noteSent } from './health.ts';
import type { ClientStep, Piece } from './state.ts';
import { noteTouched } from './tracker.ts';

/** Back-off after a refusal: full jitter up to a bound that doubles. */
const backOffFirstNs = 4 * nsPerMs;
const backOffDoublingsMax = 7;

/**
 * Sends a piece to one member of its range, as the first one that does it, or for itself alone
 * (`direct`). Stamps that are null are to be read.
 */
export function sendTo(
  step: ClientStep,
  piece: Piece,
  to: {
    readonly entry: MapEntry;
    readonly member: Replica;
    readonly stamps: readonly number[] | null;
    readonly direct: boolean;
  },
): void {
  const { state, self, out } = step;
  const { entry, member, stamps, direct } = to;
  const { range, reqId, block, blockCount } = piece;
  const address = {
    volume: state.input.volume,
    range,
    slot: member.slot,
    gen: member.gen,
    cfgEpoch: entry.version,
    session: state.session,
    reqId,
    block,
    ...(direct ? ({ direct } as const) : {}),
  };
  noteSent(step, member.host, self.nowNs());
  noteTouched(step, piece);
  if (piece.commits !== null) {
    const flush: StoreRequest = {
      type: 'flush',
      ...address,
      stamps: [],
      chain: null,
      target: false,
    };
    out.send(member.host, flush, headerBytes);
  } else if (stamps === null) {
    const read: ReadRequest = { type: 'read', ...address, blockCount };
    out.send(member.host, read, headerBytes);
  } else {
    const write: StoreRequest = {
      type: 'write',
      ...address,
      stamps,
      chain: null,
      target: false,
      ...(piece.through ? ({ through: true } as const) : {}),
      ...(piece.isHole ? ({ hole: true } as const) : {}),
    };
    const { length } = stamps;
    out.send(member.host, write, piece.isHole ? stampBytes(length) : dataBytes(length));
  }
}

/** Leaves a piece for a while that was refused. */
export function backOff(step: ClientStep, piece: Piece): void {
  const { self } = step;
  const boundNs = backOffFirstNs << Math.min(piece.attemptCount, backOffDoublingsMax);
  piece.state = 'backing-off';
  piece.retryNs = self.nowNs() + 1 + self.choose('retry.jitter', boundNs);
}
