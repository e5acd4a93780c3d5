// Small programs with classic bugs: right in most orders of their messages, wrong in some.
import type { AnyBehavior, Behavior, Message } from '../../sim/index.ts';

interface StoreMessage extends Message {
  readonly type: 'read' | 'write';
  readonly value: number;
  /** What the writer had read. */
  readonly seen: number;
}

/**
 * Holds a number. When it compares, it takes a write only from one that has read the latest value.
 */
const store: Behavior<{ value: number; readonly compares: boolean }, boolean> = {
  name: 'store',
  init: (compares) => ({ value: 0, compares }),
  receive(state, message, from, _self, out) {
    const { type, value, seen } = message as StoreMessage;
    if (type === 'read') out.send(from, { type: 'value', value: state.value } as Message);
    else if (state.compares && seen !== state.value) out.send(from, { type: 'refused' });
    else state.value = value;
    return state;
  },
  copy: (state) => ({ ...state }),
};

/** Adds one to the store by reading and writing it, after some steps of other work. */
const incrementer: Behavior<number, number> = {
  name: 'incrementer',
  init: (workCount) => workCount,
  receive(workLeft, message, _from, self, out) {
    if (message.type === 'value') {
      const seen = (message as StoreMessage).value;
      out.send('store', { type: 'write', value: seen + 1, seen } as StoreMessage);
    } else if (message.type === 'refused' || workLeft === 0) out.send('store', { type: 'read' });
    else out.send(self.id, { type: 'work' });
    return Math.max(0, workLeft - 1);
  },
  copy: (state) => state,
};

/** Two actors that increment one store. By arrival the second begins when the first is done. */
export function racingClients(compares: boolean): Record<string, [AnyBehavior, unknown]> {
  return { store: [store, compares], first: [incrementer, 0], second: [incrementer, 4] };
}

interface Cell {
  value: number;
  holder: string | null;
  readonly waiting: string[];
}

/** A number with a lock; whoever releases the lock leaves a new number. */
const cell: Behavior<Cell> = {
  name: 'cell',
  init: () => ({ value: 1, holder: null, waiting: [] }),
  receive(state, message, from, self, out) {
    if (message.type === 'lock') state.waiting.push(from);
    else {
      state.value = (message as StoreMessage).value;
      state.holder = null;
    }
    if (state.holder !== null) return state;
    state.holder = state.waiting.shift() ?? null;
    if (state.holder === null) return state;
    out.send(state.holder, { type: 'locked', cell: self.id, value: state.value } as Message);
    return state;
  },
  copy: (state) => ({ ...state, waiting: [...state.waiting] }),
};

interface Transaction {
  /** The cells to change, in the order their locks are taken. */
  readonly order: string;
  /** True: a lock is released before the next is taken, which is the bug. */
  readonly early: boolean;
  readonly doubles: boolean;
}

type Held = ReadonlyMap<string, number>;

/** Changes each of its cells under their locks. */
const transaction: Behavior<Transaction & { held: Held }, Transaction> = {
  name: 'transaction',
  init: (input) => ({ ...input, held: new Map() }),
  receive(state, message, _from, _self, out) {
    const { order, early, doubles } = state;
    const held = new Map(state.held);
    if (message.type === 'locked') {
      const { cell: id, value } = message as StoreMessage & { cell: string };
      held.set(id, doubles ? value * 2 : value + 1);
      if (early) out.send(id, { type: 'release', value: held.get(id) } as Message);
    }
    const next = order[held.size];
    if (next !== undefined) out.send(next, { type: 'lock' });
    else {
      for (const [id, value] of held) {
        if (!early) out.send(id, { type: 'release', value } as Message);
      }
      out.mark('ended');
    }
    return { ...state, held };
  },
  copy: (state) => state,
};

/** Two transactions over two cells: one adds one to both, one doubles both. */
export function transactions(how: {
  readonly early: boolean;
  readonly orders: readonly [string, string];
}): Record<string, [AnyBehavior, unknown?]> {
  const { early, orders } = how;
  return {
    x: [cell],
    y: [cell],
    adder: [transaction, { order: orders[0], early, doubles: false }],
    doubler: [transaction, { order: orders[1], early, doubles: true }],
  };
}
