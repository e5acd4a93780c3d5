// Freezing for development: what two actors can both reach may not be changed by either. Typed
// arrays cannot be frozen and are left as they are.

/** Freezes plain data through and through: a message. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  if (value instanceof Map || value instanceof Set) {
    freezeCollection(value, deepFreeze);
    return;
  }
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value) deepFreeze(item);
    return;
  }
  for (const key in value) deepFreeze((value as Record<string, unknown>)[key]);
}

/**
 * Freezes what an actor is started with: plain objects, arrays, maps and sets, through and through.
 * What has a class or is a function is code, and left alone.
 */
export function freezeInput(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map || value instanceof Set) {
    freezeCollection(value, freezeInput);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return;
  Object.freeze(value);
  for (const key in value) freezeInput((value as Record<string, unknown>)[key]);
}

/** A map or set keeps its entries out of reach of Object.freeze: its methods must refuse. */
function freezeCollection(
  collection: Map<unknown, unknown> | Set<unknown>,
  freezeItem: (item: unknown) => void,
): void {
  for (const [key, item] of collection.entries()) {
    freezeItem(key);
    freezeItem(item);
  }
  for (const name of ['add', 'set', 'delete', 'clear']) {
    if (name in collection) Object.defineProperty(collection, name, refusing);
  }
  Object.freeze(collection);
}

const refusing: PropertyDescriptor = {
  value(this: object): never {
    const kind = this instanceof Map ? 'map' : 'set';
    throw new TypeError(`cannot change a ${kind} that was sent or given to an actor, copy it`);
  },
};
