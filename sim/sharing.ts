// Two actors that hold the same object share memory, which no two machines do: what one changes the
// other sees at once, without a message, and a fork copies it twice. In development (`freeze`) the
// states of all actors are looked through when one has started, and again whenever the number of
// events has doubled: a run of n events pays for log n looks.
//
// Frozen data may be shared. Instances of classes, functions and machines are not looked into,
// except the state itself: a shared behavior or table is no shared memory.
import { actorText, DeterminismError } from './guard.ts';
import type { ActorCell } from './node.ts';
import type { World } from './world.ts';

/** Deeper than this a state is taken to be somebody else's structure. */
const depthMax = 12;

interface Claim {
  readonly cell: ActorCell;
  readonly path: string;
}

type Visit = (object: object, path: string) => void;

/** Who was seen to hold an object, by world; entries go when the objects do. */
const claimsOf = new WeakMap<World, WeakMap<object, Claim>>();

/** Whether it is time to look through all states: at 1, 2, 4, 8 ... events. */
export function isSharingDue(world: World): boolean {
  const { eventCount } = world;
  return (eventCount & (eventCount - 1)) === 0 && world.parts.freeze;
}

/** Refuses memory that is shared between any two actors. */
export function refuseSharing(world: World): void {
  for (const cell of world.actors) refuseSharingOf(world, cell);
}

/** Refuses memory that `cell` shares with another actor. */
export function refuseSharingOf(world: World, cell: ActorCell): void {
  if (!cell.alive) return;
  let claims = claimsOf.get(world);
  if (claims === undefined) {
    claims = new WeakMap();
    claimsOf.set(world, claims);
  }
  const known = claims;
  eachMutable(cell.state, (object, path) => {
    const claim = known.get(object);
    if (claim === undefined || claim.cell === cell) known.set(object, { cell, path });
    else if (pathTo(claim.cell, object) === null) known.set(object, { cell, path });
    else throw refusal(world, { cell, path }, claim.cell, object);
  });
}

function refusal(world: World, { cell, path }: Claim, other: ActorCell, object: object): Error {
  const kind = Array.isArray(object) ? 'array' : object.constructor?.name.toLowerCase();
  const where = `${path} of '${cell.id}' is also ${pathTo(other, object)} of '${other.id}'`;
  return new DeterminismError(
    `shares memory with ${actorText(other)}`,
    `the ${kind} ${where}: make it in init, copy it, or Object.freeze it where it is made`,
    null,
    { who: actorText(cell), handling: '', atNs: world.now },
  );
}

function pathTo(cell: ActorCell, wanted: object): string | null {
  if (!cell.alive) return null;
  let found: string | null = null;
  eachMutable(cell.state, (object, path) => {
    if (object === wanted) found ??= path;
  });
  return found;
}

/** Visits what can be changed in a state; of a machine's snapshot that is its context. */
function eachMutable(state: unknown, visit: Visit): void {
  if (typeof state !== 'object' || state === null) return;
  const seen = new Set<object>();
  const { machine, context } = state as { machine?: unknown; context?: unknown };
  const isSnapshot = machine !== undefined && typeof context === 'object' && context !== null;
  if (isSnapshot) walk(context, 'context', { seen, visit }, 0);
  else walkRoot(state, { seen, visit });
}

interface Walk {
  readonly seen: Set<object>;
  readonly visit: Visit;
}

/** The state itself is looked into whatever it is: an instance of a class, too, holds the rest. */
function walkRoot(state: object, walking: Walk): void {
  if (isContainer(state)) {
    walk(state, 'state', walking, 0);
    return;
  }
  if (!Object.isFrozen(state)) walking.visit(state, 'state');
  walkFields(state, 'state', walking, 0);
}

function walk(value: unknown, path: string, walking: Walk, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (!isContainer(value) || depth > depthMax || walking.seen.has(value)) return;
  walking.seen.add(value);
  if (ArrayBuffer.isView(value)) {
    walking.visit(value, path);
    return;
  }
  if (!Object.isFrozen(value)) walking.visit(value, path);
  if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) walk(item, `${path}.values`, walking, depth + 1);
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) walk(value[i], `${path}[${i}]`, walking, depth + 1);
  } else walkFields(value, path, walking, depth);
}

function walkFields(value: object, path: string, walking: Walk, depth: number): void {
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'object') walk(field, `${path}.${key}`, walking, depth + 1);
  }
}

function isContainer(value: object): boolean {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return true;
  if (value instanceof Map || value instanceof Set) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
