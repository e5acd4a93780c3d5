// A run that depends on its surroundings, as no run may: at one of its ticks an actor asks for the
// hour of the day in the time zone of the machine. Plain JavaScript, for a child process runs it.

/**
 * Runs ticks of two actors with the guard off. `odd` answers what the clock notes at tick `oddTick`
 * and is sent on to the other actor.
 */
export function zonedRun({ createWorld, watcher, oddTick, odd = localHour }) {
  const world = createWorld({ seed: 1, level: 'hash', guard: false });
  world.addNode({ id: 'n' });
  world.spawn({ id: 'clock', node: 'n', behavior: ticking(oddTick, odd) });
  world.spawn({ id: 'listener', node: 'n', behavior: listening });
  world.watch(watcher?.onEntry ?? null);
  const moment = {
    get eventCount() {
      return world.eventCount;
    },
    get nowNs() {
      return world.now;
    },
    get fingerprint() {
      return world.fingerprint;
    },
    choiceCount: 0,
  };
  world.runUntil(tickMax * 1000, () => {
    watcher?.onEvent(moment);
    return false;
  });
  const { fingerprint, eventCount, now: simulatedNs } = world;
  return { status: 'held', exit: 0, seed: String(oddTick), fingerprint, eventCount, simulatedNs };
}

const tickMax = 4000;

function localHour() {
  return new Date(0).getHours();
}

function ticking(oddTick, odd) {
  return {
    name: 'ticking',
    init: (_input, _self, out) => {
      out.setTimer('tick', 1000, { type: 'tick' });
      return { tick: 0 };
    },
    receive(state, _message, _from, _self, out) {
      state.tick += 1;
      const hour = state.tick === oddTick ? odd() : 0;
      if (state.tick === oddTick) out.mark('hour.read', { hour });
      out.send('listener', { type: 'told', tick: state.tick, hour });
      out.setTimer('tick', 1000, { type: 'tick' });
      return state;
    },
    copy: (state) => ({ ...state }),
  };
}

const listening = {
  name: 'listening',
  init: () => null,
  receive: (state) => state,
  copy: (state) => state,
};
