// What the map authority says when more requests wait for their turn than it can soon serve. An
// answer in time lets whoever asked draw a later moment; a long queue would be full of requests
// that nobody awaits any more (AWS, "Using load shedding to avoid overload").
import { type ActorId, type Ns, nsPerSec } from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { sendReceipt } from './answers.ts';
import { answerRenew } from './leases.ts';
import { noteArrival } from './requests.ts';
import { refuseAttach } from './sessions.ts';
import type { AuthorityStep } from './state.ts';

/** Assumed: clients draw their next try within about a second, see `model/client/lease.ts`. */
const waitMaxNs = nsPerSec;

/** As many requests as are served within a second, but one at least. */
export function queueMaxOf(serviceTimeNs: Ns): number {
  return Math.max(1, Math.floor(waitMaxNs / Math.max(1, serviceTimeNs)));
}

/** Too many wait already: clients are told so, whoever else asks asks again. */
export function refuseOverload(step: AuthorityStep, message: ModelMessage, from: ActorId): void {
  switch (message.type) {
    case 'notify':
      noteArrival(step, message);
      sendReceipt(step, { request: message, from, status: 'overloaded', logIndex: null });
      break;
    case 'renew':
      answerRenew(step, message, from, 'overloaded');
      break;
    case 'attach':
      refuseAttach(step, message, from, 'overloaded');
      break;
    default:
      break;
  }
}
