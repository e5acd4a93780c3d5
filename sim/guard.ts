// While actors run nothing may tell the time of the machine, draw from its entropy or schedule on
// its event loop. The guard replaces these functions of the engine for the length of one run call,
// which is synchronous, and names the actor that reached for them.
import type { World } from './world.ts';

/** An actor reached for something that no replay could repeat. */
export class DeterminismError extends Error {
  override readonly name = 'DeterminismError';
}

/** Watches over actors while they run. */
export interface Guard {
  /** Sets the traps; the answer takes them away again, those set last first. */
  install(world: World): () => void;
}

/** What is trapped: where it lives, its name, and what to use instead. */
const traps = [
  { owner: () => Date, name: 'now', shown: 'Date.now', instead: 'self.nowNs()' },
  { owner: () => Math, name: 'random', shown: 'Math.random', instead: 'self.choose()' },
  { owner: () => globalThis, name: 'setTimeout', shown: 'setTimeout', instead: 'out.setTimer()' },
  { owner: () => globalThis, name: 'setInterval', shown: 'setInterval', instead: 'out.setTimer()' },
  {
    owner: () => globalThis,
    name: 'setImmediate',
    shown: 'setImmediate',
    instead: 'out.setTimer()',
  },
  {
    owner: () => globalThis,
    name: 'queueMicrotask',
    shown: 'queueMicrotask',
    instead: 'out.send() to itself',
  },
  {
    owner: () => globalThis.performance,
    name: 'now',
    shown: 'performance.now',
    instead: 'self.nowNs()',
  },
  {
    owner: () => globalThis.crypto,
    name: 'getRandomValues',
    shown: 'crypto.getRandomValues',
    instead: 'self.choose()',
  },
  {
    owner: () => globalThis.crypto,
    name: 'randomUUID',
    shown: 'crypto.randomUUID',
    instead: 'self.choose()',
  },
  {
    owner: () => Promise.prototype,
    name: 'then',
    shown: 'Promise.then',
    instead: 'messages and timers',
  },
] as const;

const off: Guard = { install: () => () => {} };

const on: Guard = {
  install(world) {
    const undo: (() => void)[] = [];
    for (const { owner, name, shown, instead } of traps) {
      undo.push(trap(owner(), name, () => refusal(world, shown, instead)));
    }
    undo.push(trapNewDate(world));
    return () => {
      for (const restore of undo) restore();
    };
  },
};

/** The guard of a world: on or off for its life. */
export function guardFor(wanted: boolean): Guard {
  return wanted ? on : off;
}

function trap(owner: object, name: string, error: () => DeterminismError): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const value = () => {
    throw error();
  };
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}

/** `new Date()` reads the clock; `new Date(0)` and the like do not. */
function trapNewDate(world: World): () => void {
  const Before = globalThis.Date;
  globalThis.Date = new Proxy(Before, {
    construct(target, args, newTarget) {
      if (args.length === 0) throw refusal(world, 'new Date()', 'self.nowNs()');
      return Reflect.construct(target, args, newTarget);
    },
    apply() {
      throw refusal(world, 'Date()', 'self.nowNs()');
    },
  });
  return () => {
    globalThis.Date = Before;
  };
}

function refusal(world: World, what: string, instead: string): DeterminismError {
  const cell = world.running;
  const who = cell === null ? 'a fault or monitor' : `actor '${cell.id}' (${cell.behavior.name})`;
  return new DeterminismError(
    `${who} called ${what} at ${world.now} ns; a replay could not repeat it: use ${instead}`,
  );
}
