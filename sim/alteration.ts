// A message that arrives with a number altered that no checksum noticed. Only plain integers are
// altered, by one bit or, beyond 32 bits, by one: text, flags and shape stay. The record says which
// number it was.
import type { ActorId, Message } from './actor.ts';
import { deepFreeze } from './freeze.ts';
import type { MarkEntry } from './record.ts';
import type { World } from './world.ts';

/** How many bits of a number can turn over; a low bit is the harder one to notice. */
const bitCount = 16;

type Path = readonly (string | number)[];

/** A copy of a message with one of its integers altered; the message itself when it has none. */
export function altered(world: World, from: ActorId, to: ActorId, message: Message): Message {
  const paths: Path[] = [];
  findIntegers(message, [], paths);
  if (paths.length === 0) return message;
  const { choices, recorder } = world.parts;
  const key = `net ${from}->${to} alter`;
  const path = paths[choices.choose('net.alter-field', paths.length, `${key} field`)];
  const bit = choices.choose('net.alter-bit', bitCount, `${key} bit`);
  const before = valueAt(message, path);
  const after = Math.abs(before) < 0x4000_0000 ? before ^ (1 << bit) : before + 1;
  const copy = replaced(message, path, after) as Message;
  if (world.parts.freeze) deepFreeze(copy);
  recorder.detail<MarkEntry>('mark', world.identity, world.now, from, {
    name: 'message.altered',
    facts: { to, type: message.type, field: path.join('.'), before, after },
  });
  return copy;
}

function findIntegers(value: unknown, path: Path, found: Path[]): void {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value + 1)) found.push(path);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) findIntegers(item, [...path, index], found);
  } else if (isPlain(value)) {
    for (const key of Object.keys(value)) findIntegers(value[key], [...path, key], found);
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

function valueAt(value: unknown, path: Path): number {
  let at = value;
  for (const key of path) at = (at as Readonly<Record<string | number, unknown>>)[key];
  return at as number;
}

function replaced(value: unknown, path: Path, after: number): unknown {
  if (path.length === 0) return after;
  const [key, ...rest] = path;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? replaced(item, rest, after) : item));
  }
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: replaced(fields[key], rest, after) };
}
