// What is trapped: functions of the engine whose answer differs between two runs of the same seed.
//
// A trap stands in the place of the function and passes every call on, unless a guarded world is
// running. Some functions are reached through an accessor, which is trapped as it is read. It
// cannot see: what was imported from node: modules or taken from the engine before the first run
// (`const now = Date.now` at the top of a file, the bound `format` of a formatter of Intl), an
// `await` whose promise is never returned, and mutable variables of a module. The first three are
// for the lint preset (lint/determinism.json), the last for `stormcell verify`. Nothing in the
// language iterates in an order that depends on the run: keys of an object come in the order they
// were set, only integer-like keys come first and by number.

/** What to use instead, by what was wanted. */
const instead = {
  clock: 'self.nowNs()',
  chance: 'self.choose()',
  timer: 'out.setTimer()',
  load: 'a count of its own',
  modules: 'what the actor was started with',
  soon: 'out.send() to itself',
  wait: 'messages and timers',
  network: 'out.send() to an actor that stands for the service',
  collection: 'a Map, and delete entries when they end',
  order: '< and > to compare, Map and Set to look up',
  text: 'String(value), toFixed() and toUpperCase()',
  zone: 'the getUTC... methods and toISOString()',
} as const;

/** Told of each use of something trapped; throws to refuse it, returns to let it pass. */
export type Caught = (what: string, instead: string, trap: Trapped) => void;
/** The function that a call came through: frames of the stack up to it are ours. */
export type Trapped = (...of: never[]) => unknown;

/** What of a property is replaced: the function it holds, or the one that reads it. */
type Part = 'value' | 'get';

/** One function or constructor that is trapped. */
interface Trap {
  owner(): object | undefined;
  readonly key: string;
  readonly part: Part;
  handler(caught: Caught): ProxyHandler<Trapped>;
}

/** Traps calls. */
function method(
  owner: () => object | undefined,
  key: string,
  shown: string,
  use: string,
  part: Part = 'value',
): Trap {
  const handler = (caught: Caught): ProxyHandler<Trapped> => ({
    apply: function trap(target, self, args) {
      caught(shown, use, trap);
      return Reflect.apply(target, self, args);
    },
  });
  return { owner: () => holderOf(owner(), key), key, part, handler };
}

/** Traps the reading of a property that the engine computes. */
function reading(owner: () => object | undefined, key: string, shown: string, use: string): Trap {
  return method(owner, key, shown, use, 'get');
}

function methods(
  owner: () => object | undefined,
  ownerName: string,
  keys: readonly string[],
  use: string,
): readonly Trap[] {
  return keys.map((key) => method(owner, key, `${ownerName}${key}`, use));
}

/** Traps a global, whatever is done with it: construct, call, or read a member. */
function whole(key: string, use: string): Trap {
  const handler = (caught: Caught): ProxyHandler<Trapped> => ({
    construct: function trap(target, args, newTarget) {
      caught(`new ${key}`, use, trap);
      return Reflect.construct(target, args, newTarget);
    },
    apply: function trap(target, self, args) {
      caught(key, use, trap);
      return Reflect.apply(target, self, args);
    },
    get: function trap(target, member) {
      const value: unknown = Reflect.get(target, member);
      // `instanceof` and `extends` read these; neither does anything yet.
      if (typeof value !== 'function' || typeof member === 'symbol') return value;
      caught(`${key}.${member}`, use, trap);
      return value;
    },
  });
  return { owner: () => globalThis, key, part: 'value', handler };
}

/** `new Date()` reads the clock, several numbers are read in the zone; `new Date(0)` is fine. */
const dateTrap: Trap = {
  owner: () => globalThis,
  key: 'Date',
  part: 'value',
  handler: (caught) => ({
    construct: function trap(target, args, newTarget) {
      if (args.length === 0) caught('new Date()', instead.clock, trap);
      if (args.length > 1) caught('new Date(year, month)', 'new Date(Date.UTC(...))', trap);
      return Reflect.construct(target, args, newTarget);
    },
    apply: function trap(target, self, args) {
      caught('Date()', instead.clock, trap);
      return Reflect.apply(target, self, args);
    },
  }),
};

const dateInZone =
  'getDate getDay getFullYear getHours getMinutes getMonth getTimezoneOffset setDate setFullYear ' +
  'setHours setMinutes setMonth toString toDateString toTimeString';
const dateInLocale = 'toLocaleString toLocaleDateString toLocaleTimeString';

const numbers = (): object => Number.prototype;
const typedArrays = (): object => Object.getPrototypeOf(Uint8Array.prototype) as object;
const engine = (): object | undefined => globalThis.process;

/** The prototype of a formatter of Intl, of those that this engine has. */
function formatter(name: string): () => object | undefined {
  return () => {
    const made = (globalThis as { Intl?: Record<string, { prototype?: object }> }).Intl;
    return made?.[name]?.prototype;
  };
}

// Formatters that were made before a run format in its locale and zone all the same.
const intlTraps: readonly Trap[] = [
  ...['DateTimeFormat', 'NumberFormat'].flatMap((name) => [
    reading(formatter(name), 'format', `Intl.${name}.format`, instead.text),
    method(formatter(name), 'formatToParts', `Intl.${name}.formatToParts`, instead.text),
    method(formatter(name), 'resolvedOptions', `Intl.${name}.resolvedOptions`, instead.text),
  ]),
  reading(formatter('Collator'), 'compare', 'Intl.Collator.compare', instead.order),
  method(formatter('PluralRules'), 'select', 'Intl.PluralRules.select', instead.text),
  method(formatter('ListFormat'), 'format', 'Intl.ListFormat.format', instead.text),
  method(formatter('RelativeTimeFormat'), 'format', 'Intl.RelativeTimeFormat.format', instead.text),
];

const subtle = (): object | undefined => globalThis.crypto?.subtle;
const channels = ['MessageChannel', 'BroadcastChannel', 'WebSocket', 'EventSource'];
const ports = (): object | undefined => globalThis.MessagePort?.prototype;

const traps: readonly Trap[] = [
  // Before `Intl` itself, through which they are found.
  ...intlTraps,
  dateTrap,
  method(() => Date, 'now', 'Date.now', instead.clock),
  ...methods(() => Date.prototype, 'Date.', dateInZone.split(' '), instead.zone),
  ...methods(() => Date.prototype, 'Date.', dateInLocale.split(' '), instead.zone),
  ...methods(() => globalThis.performance, 'performance.', ['now', 'mark'], instead.clock),
  ...methods(
    () => globalThis.performance,
    'performance.',
    ['measure', 'getEntries', 'getEntriesByName', 'getEntriesByType', 'eventLoopUtilization'],
    instead.clock,
  ),
  reading(() => globalThis.performance, 'timeOrigin', 'performance.timeOrigin', instead.clock),
  ...methods(engine, 'process.', ['hrtime', 'uptime'], instead.clock),
  ...methods(engine, 'process.', ['memoryUsage', 'cpuUsage', 'resourceUsage'], instead.load),
  method(() => globalThis.process?.memoryUsage, 'rss', 'process.memoryUsage.rss', instead.load),
  method(engine, 'getBuiltinModule', 'process.getBuiltinModule', instead.modules),
  ...methods(() => globalThis.Atomics, 'Atomics.', ['wait', 'waitAsync'], instead.timer),
  method(() => globalThis.AbortSignal, 'timeout', 'AbortSignal.timeout', instead.timer),
  method(() => globalThis.process?.hrtime, 'bigint', 'process.hrtime.bigint', instead.clock),
  method(() => Math, 'random', 'Math.random', instead.chance),
  ...methods(() => globalThis.crypto, 'crypto.', ['getRandomValues', 'randomUUID'], instead.chance),
  ...methods(
    subtle,
    'crypto.subtle.',
    ['generateKey', 'digest', 'sign', 'encrypt'],
    instead.chance,
  ),
  ...methods(() => globalThis, '', ['setTimeout', 'setInterval', 'setImmediate'], instead.timer),
  method(() => globalThis, 'queueMicrotask', 'queueMicrotask', instead.soon),
  method(engine, 'nextTick', 'process.nextTick', instead.soon),
  method(() => Promise.prototype, 'then', 'Promise.then', instead.wait),
  whole('Promise', instead.wait),
  method(() => globalThis, 'fetch', 'fetch', instead.network),
  // Read for the first time, they are made and become plain properties.
  ...channels.map((key) => reading(() => globalThis, key, key, instead.network)),
  ...channels.map((key) => whole(key, instead.network)),
  method(ports, 'postMessage', 'MessagePort.postMessage', instead.network),
  whole('WeakRef', instead.collection),
  method(() => WeakRef.prototype, 'deref', 'WeakRef.deref', instead.collection),
  whole('FinalizationRegistry', instead.collection),
  whole('Intl', instead.text),
  method(() => String.prototype, 'localeCompare', 'String.localeCompare', instead.order),
  method(() => String.prototype, 'toLocaleUpperCase', 'String.toLocaleUpperCase', instead.text),
  method(() => String.prototype, 'toLocaleLowerCase', 'String.toLocaleLowerCase', instead.text),
  method(numbers, 'toLocaleString', 'Number.toLocaleString', instead.text),
  method(() => BigInt.prototype, 'toLocaleString', 'BigInt.toLocaleString', instead.text),
  method(() => Array.prototype, 'toLocaleString', 'Array.toLocaleString', instead.text),
  method(typedArrays, 'toLocaleString', 'TypedArray.toLocaleString', instead.text),
];

/** All traps, to be set and taken away together. */
export class TrapSet {
  readonly #sites: readonly Site[];
  armed = false;

  constructor(caught: Caught) {
    this.#sites = traps.map((trap) => new Site(trap, caught));
  }

  arm(): void {
    for (const site of this.#sites) site.arm();
    this.armed = true;
  }

  /** Puts back what was there, those set last first. */
  disarm(): void {
    for (let i = this.#sites.length - 1; i >= 0; i--) this.#sites[i].disarm();
    this.armed = false;
  }
}

/** The place of one trap. What somebody else puts there meanwhile is left alone. */
class Site {
  readonly #trap: Trap;
  readonly #handler: ProxyHandler<Trapped>;
  #owner: Record<string, unknown> | undefined;
  #before: unknown;
  #stub: unknown;

  constructor(trap: Trap, caught: Caught) {
    this.#trap = trap;
    this.#handler = trap.handler(caught);
  }

  arm(): void {
    const { key, part } = this.#trap;
    const owner = this.#trap.owner() as Record<string, unknown> | undefined;
    this.#owner = owner;
    if (owner === undefined || !isReplaceable(owner, key, part)) {
      this.#owner = undefined;
      return;
    }
    const found = partOf(owner, key, part);
    if (found === this.#stub) return;
    if (found !== this.#before) {
      this.#before = found;
      this.#stub = new Proxy(found as Trapped, this.#handler);
    }
    replace(owner, key, part, this.#stub);
  }

  disarm(): void {
    const owner = this.#owner;
    const { key, part } = this.#trap;
    if (owner === undefined || partOf(owner, key, part) !== this.#stub) return;
    replace(owner, key, part, this.#before);
  }
}

/** The object along the chain that has the property itself. */
function holderOf(start: object | undefined, key: string): object | undefined {
  for (let at = start; at !== undefined && at !== null; at = Object.getPrototypeOf(at) as object) {
    if (Object.hasOwn(at, key)) return at;
  }
  return undefined;
}

type Owner = Record<string, unknown>;

function partOf(owner: Owner, key: string, part: Part): unknown {
  return part === 'value' ? owner[key] : Object.getOwnPropertyDescriptor(owner, key)?.get;
}

function replace(owner: Owner, key: string, part: Part, by: unknown): void {
  if (part === 'value') owner[key] = by;
  else Object.defineProperty(owner, key, { get: by as () => unknown });
}

/** Engines differ in what they have, and another tool may have locked it. */
function isReplaceable(owner: object, key: string, part: Part): boolean {
  const found = Object.getOwnPropertyDescriptor(owner, key);
  if (part === 'get') return found?.configurable === true && found.get !== undefined;
  const value: unknown = found?.value;
  const isTrappable = typeof value === 'function' || typeof value === 'object';
  return found?.writable === true && isTrappable && value !== null;
}
