// While actors run nothing may tell the time of the machine, draw from its entropy, schedule on its
// event loop or ask for its locale. The guard traps these functions of the engine (guard-traps.ts)
// and says who reached for them, on what, and in which line.
//
//   run call --> armed? --no--> arm, and disarm when this job of the engine's event loop is over
//        \--> watched = world ... actors run; a trap that is hit throws ... --> watched = before
//
// Between two run calls of one job the traps stay set but let everything pass: a world that is
// stepped in a loop pays for them once.
import { type Trapped, TrapSet } from './guard-traps.ts';
import type { ActorCell } from './node.ts';
import type { World } from './world.ts';

/** Who did it, while doing what, and when. */
interface Occasion {
  readonly who: string;
  /** `'go' from 'client-1'`, `its start`; empty where it is not known. */
  readonly handling: string;
  readonly atNs: number | null;
}

/** An actor reached for something that no replay could repeat. */
export class DeterminismError extends Error {
  override readonly name = 'DeterminismError';
  /** Where it did, `file:line:column`; null where no line is to blame. */
  readonly place: string | null;
  readonly #act: string;
  readonly #why: string;
  #isKnown = false;

  constructor(act: string, why: string, place: string | null, occasion: Occasion) {
    super(textOf(act, why, place, occasion));
    this.#act = act;
    this.#why = why;
    this.place = place;
  }

  /** Completes the message with what the world knows; who is told first knows best. */
  during(occasion: Occasion): this {
    if (this.#isKnown) return this;
    this.#isKnown = true;
    const before = this.message;
    this.message = textOf(this.#act, this.#why, this.place, occasion);
    this.stack = (this.stack ?? '').replace(before, () => this.message);
    return this;
  }
}

/** Watches over actors while they run. */
export interface Guard {
  /** Sets the traps; the answer ends their watch over this world. */
  install(world: World): () => void;
}

// The world that is running under guard; null between steps and run calls.
let watched: World | null = null;

const traps = new TrapSet(caught);

const off: Guard = { install: () => () => {} };

const on: Guard = {
  install(world) {
    refuseLateEffects(world);
    if (!traps.armed) {
      const { queueMicrotask } = globalThis;
      traps.arm();
      queueMicrotask(() => traps.disarm());
    }
    const before = watched;
    watched = world;
    return () => {
      watched = before;
    };
  },
};

/** The guard of a world: on or off for its life. */
export function guardFor(wanted: boolean): Guard {
  return wanted ? on : off;
}

/** The refusal that `error` is, or that is its cause: a machine wraps what its actions throw. */
export function determinismErrorIn(error: unknown): DeterminismError | null {
  let at: unknown = error;
  while (at instanceof Error) {
    if (at instanceof DeterminismError) return at;
    at = at.cause;
  }
  return null;
}

/** How an actor is named in errors: `actor 'host-1' (host, serving)`. */
export function actorText(cell: ActorCell): string {
  const mode = cell.mode === undefined ? '' : `, ${cell.mode}`;
  return `actor '${cell.id}' (${cell.behavior.name}${mode})`;
}

/** Whether `value` waits for something: a promise, or anything with a `then`. */
export function isThenable(value: unknown): value is { then: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** A step ended with a promise in its hands: `what` is the function that answered it. */
export function thenableRefusal(what: string, thenable: object): DeterminismError {
  const before = watched;
  watched = null;
  // Nobody will ever wait for it; that it fails, too, must not end the process.
  if (thenable instanceof Promise) thenable.then(nothing, nothing);
  watched = before;
  const why = 'a step runs to completion: use a plain function, and messages and timers to wait';
  return new DeterminismError(`answered a promise from ${what}`, why, null, occasionOf(watched));
}

function caught(what: string, instead: string, trap: Trapped): void {
  if (watched === null) return;
  const frame = callerOf(trap);
  // The engine serves itself: `console.log` schedules the end of its write.
  if (frame?.startsWith('node:')) return;
  const why = `a replay could not repeat it: use ${instead}`;
  throw new DeterminismError(`called ${what}`, why, frame, occasionOf(watched));
}

/**
 * Effects that wait while no actor runs were asked for after a step had ended: they would be
 * carried out in the name of another actor.
 */
function refuseLateEffects(world: World): void {
  const { outbox } = world;
  if (outbox.count === 0 || world.running !== null) return;
  const { name } = outbox;
  outbox.clear();
  throw new DeterminismError(
    `asked for an effect ('${name[0]}') after its step had ended`,
    '`out` is for the step it was given to: no callbacks, no await',
    null,
    { who: 'an actor', handling: '', atNs: world.now },
  );
}

// A line of a stack: `at f (file:///a.ts:1:2)`, `at file:///a.ts:1:2`, `at /a.ts:1:2`.
const frame = /(?:^\s*at |\()((?:file:\/\/|node:)?[^()\s][^()]*:\d+:\d+)\)?$/;

/** The line that called into `trap`: `file:line:column`, or null when the engine does not tell. */
function callerOf(trap: Trapped): string | null {
  const seen: { stack?: unknown } = {};
  Error.captureStackTrace(seen, trap);
  if (typeof seen.stack !== 'string') return null;
  for (const line of seen.stack.split('\n')) {
    const found = frame.exec(line);
    if (found !== null) return found[1].replace(/^file:\/\//, '');
  }
  return null;
}

function occasionOf(world: World | null): Occasion {
  if (world === null) return { who: 'an actor', handling: '', atNs: null };
  const cell = world.running;
  const who = cell === null ? 'a fault or monitor' : actorText(cell);
  return { who, handling: '', atNs: world.now };
}

function textOf(act: string, why: string, place: string | null, occasion: Occasion): string {
  const { who, handling, atNs } = occasion;
  const on = handling === '' ? '' : ` on ${handling}`;
  const when = atNs === null ? '' : ` at ${atNs} ns`;
  const where = place === null ? '' : `, in ${place}`;
  return `${who} ${act}${on}${when}${where}; ${why}`;
}

function nothing(): void {}
