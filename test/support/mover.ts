// A party that moves ranges in the name of a volume's session, as an optimizer may: it turns the
// chain of one range after the other around. Its changes reach the holder by the authority alone.
import type { ChangeNotification } from '../../model/messages/notifications.ts';
import { type Behavior, nsPerMs } from '../../sim/index.ts';

interface MoverState {
  range: number;
  /** The entry that it asked for and turns around. */
  reqId: number;
}

/** Begins at `atMs`, and turns eight ranges around, one every 200 ms. */
export function moverOf(atMs: number): Behavior<MoverState, undefined> {
  return {
    name: 'mover',
    init(_input, _self, out) {
      out.setTimer('next', atMs * nsPerMs, { type: 'next' });
      return { range: 0, reqId: 900_000_000 };
    },
    receive(state, message, _from, _self, out) {
      const send = (what: Pick<ChangeNotification, 'need' | 'changes'>) => {
        const request: ChangeNotification = {
          type: 'notify',
          volume: 'vol-1',
          client: 'mover',
          session: 1,
          openReqId: state.reqId,
          reqId: state.reqId++,
          seenVersion: 0,
          ...what,
        };
        out.send('authority', request);
      };
      if (message.type === 'next') {
        send({ need: [state.range++] });
        if (state.range < 8) out.setTimer('next', 200 * nsPerMs, { type: 'next' });
      } else if (message.type === 'map.portion') {
        const { entries } = message as unknown as {
          entries: { range: number; version: number; replicas: never[] }[];
        };
        for (const { range, version, replicas } of entries) {
          send({ changes: [{ range, expectVersion: version, next: [...replicas].reverse() }] });
        }
      }
      return state;
    },
    copy: (state) => ({ ...state }),
  };
}
