// Which requests an authority of several members looks at. Whoever was deposed may not know it yet:
// so before a request is looked at, most members confirm that this one led after it came (Ongaro's
// dissertation, section 6.4). Who does not lead passes requests on to the leader, once.
import type { ActorId, Message } from '../../sim/index.ts';
import type { Forwarded } from '../messages/consensus.ts';
import { entryBytes } from '../messages/sizes.ts';
import { type AuthorityStep, registerStep, type Unconfirmed } from './state.ts';

/** A request came to a member that serves. */
export function awaitRound(step: AuthorityStep, message: Message, from: ActorId): void {
  const { state } = step;
  const round = state.register.requestRound(registerStep(step));
  const isForwarded = message.type === 'forwarded';
  const { origin, request } = isForwarded
    ? (message as Forwarded)
    : { origin: from, request: message };
  state.unconfirmed.push({ round, message: request, from: origin });
  if (state.input.members !== null) step.out.mark('request.arrived', { round });
}

/** Requests that may be looked at now. */
export function confirmed(step: AuthorityStep): readonly Unconfirmed[] {
  const { state, out } = step;
  const { confirmedRound } = state.register;
  const count = state.unconfirmed.findIndex(({ round }) => round > confirmedRound);
  const all = state.unconfirmed.splice(0, count < 0 ? state.unconfirmed.length : count);
  if (state.input.members !== null) {
    const logIndex = state.map.recordCount - 1;
    for (const { round } of all) out.mark('request.admitted', { round, logIndex });
  }
  return all;
}

/** A request came to a member that does not serve. */
export function passOn(step: AuthorityStep, message: Message, from: ActorId): void {
  const { state, self, out } = step;
  const { leader } = state.register;
  const isFirst = message.type !== 'forwarded' && from !== self.id;
  if (!isFirst || leader === null || leader === self.id) return;
  const forwarded: Forwarded = { type: 'forwarded', origin: from, request: message };
  out.send(leader, forwarded, entryBytes(1));
}
