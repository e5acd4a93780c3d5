// What of XState cannot be simulated is refused when the behavior is made, not in the middle of a
// run.
//
//   logic --kind--> machine -----> states, transitions, invokes, implementations --> child logic
//   --+
//             |                                                                  ^                |
//             +--> transition: fine                                              +----------------+
//             +--> promise, callback, observable, unknown: a problem
import {
  type AnyActorLogic,
  type AnyStateMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
} from 'xstate';

/** One thing of a machine that a simulation cannot keep deterministic. */
export interface MachineProblem {
  /** The machine and the place in it: `machine 'order', state 'order.paying'`. */
  readonly where: string;
  readonly what: string;
  /** What to use in its place. */
  readonly instead: string;
}

/** Machine logic was refused; lists every problem that was found. */
export class MachineRefusal extends Error {
  override readonly name = 'MachineRefusal';
  readonly problems: readonly MachineProblem[];

  constructor(problems: readonly MachineProblem[]) {
    const lines = problems.map((p) => `  ${p.where}: ${p.what}; instead: ${p.instead}`);
    super(`this logic cannot be simulated:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

type LogicKind = keyof typeof insteadOf | 'machine' | 'transition';

const insteadOf = {
  fromPromise: 'send a message to an actor, wait for its answer, and bound the wait with `after`',
  fromCallback: 'a machine or fromTransition logic as the child, with `after` or a delayed raise',
  fromObservable: 'an actor that sends each value as a message',
  fromEventObservable: 'an actor that sends each event as a message',
  'of an unknown kind': 'a machine, or logic made by fromTransition',
} as const;

// Logic carries no tag, so it is known by the source text of its transition function. The samples
// never run.
const sampleByKind: readonly (readonly [LogicKind, AnyActorLogic])[] = [
  ['transition', fromTransition((state: unknown) => state, undefined)],
  ['fromPromise', fromPromise(neverCalled)],
  ['fromCallback', fromCallback(neverCalled)],
  ['fromObservable', fromObservable(neverCalled)],
  ['fromEventObservable', fromEventObservable(neverCalled)],
];
const kindByTransition: ReadonlyMap<string, LogicKind> = new Map(
  sampleByKind.map(([kind, logic]) => [String(logic.transition), kind]),
);

// Remembers only what was found fine; asking again finds the same.
const accepted = new WeakSet<object>();

/** Throws a `MachineRefusal` unless `logic`, and all logic it can start, can be simulated. */
export function acceptLogic(logic: AnyActorLogic, name?: string): void {
  if (accepted.has(logic)) return;
  const inspection: Inspection = { problems: [], seen: new Set() };
  inspectLogic(logic, name === undefined ? 'logic' : `logic '${name}'`, inspection);
  if (inspection.problems.length > 0) throw new MachineRefusal(inspection.problems);
  for (const each of inspection.seen) accepted.add(each);
}

/** Whether `logic` is a state machine, from this copy of XState or another. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === 'object' && logic !== null && '__xstatenode' in logic && 'root' in logic;
}

interface Inspection {
  readonly problems: MachineProblem[];
  readonly seen: Set<object>;
}

function kindOf(logic: unknown): LogicKind {
  if (isMachine(logic)) return 'machine';
  const transition = (logic as { transition?: unknown } | null | undefined)?.transition;
  return kindByTransition.get(String(transition)) ?? 'of an unknown kind';
}

function inspectLogic(logic: unknown, where: string, inspection: Inspection): void {
  const kind = kindOf(logic);
  if (kind === 'transition') inspection.seen.add(logic as object);
  else if (kind === 'machine') inspectMachine(logic as AnyStateMachine, inspection);
  else {
    const what = kind === 'of an unknown kind' ? `logic ${kind}` : `${kind} logic`;
    inspection.problems.push({ where, what, instead: insteadOf[kind] });
  }
}

type MachineNode = AnyStateMachine['root'];

/** A machine with the place that is being looked at. */
interface Place extends Inspection {
  readonly machine: AnyStateMachine;
  readonly where: string;
  readonly guardsSeen: Set<unknown>;
}

function inspectMachine(machine: AnyStateMachine, inspection: Inspection): void {
  if (inspection.seen.has(machine)) return;
  inspection.seen.add(machine);
  const whole = `machine '${machine.id}'`;
  const top: Place = { ...inspection, machine, where: whole, guardsSeen: new Set() };
  inspectContext(top);
  const { actors, actions, guards, delays } = machine.implementations;
  for (const [name, logic] of Object.entries(actors)) {
    inspectLogic(logic, `${whole}, actor source '${name}'`, inspection);
  }
  for (const [name, action] of Object.entries(actions)) {
    inspectAction(action, { ...top, where: `${whole}, action '${name}'` });
  }
  for (const [name, guard] of Object.entries(guards)) {
    inspectGuard(guard, { ...top, where: `${whole}, guard '${name}'` });
  }
  for (const [name, delay] of Object.entries(delays)) {
    inspectDelay(delay, { ...top, where: `${whole}, delay '${name}'` });
  }
  inspectNodes(machine.root, top);
}

function inspectContext(place: Place): void {
  const { context } = place.machine.config;
  if (context === undefined || typeof context === 'function') return;
  for (const [key, value] of Object.entries(context)) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
    const kind = Array.isArray(value) ? 'array' : typeof value;
    const what = `context.${key} is one ${kind} shared by all actors`;
    place.problems.push({ ...at(place), what, instead: 'a factory, `context: () => ({ ... })`' });
  }
}

function inspectNodes(node: MachineNode, top: Place): void {
  inspectNode(node, { ...top, where: `machine '${top.machine.id}', state '${node.id}'` });
  for (const child of Object.values(node.states)) inspectNodes(child, top);
}

function inspectNode(node: MachineNode, place: Place): void {
  inspectActions(node.entry, place);
  inspectActions(node.exit, place);
  if (node.type === 'compound') inspectActions(node.initial.actions, place);
  const transitions = [...node.transitions.values()].flat().concat(node.always ?? []);
  for (const transition of transitions) {
    inspectActions(transition.actions, place);
    if (transition.guard !== undefined) inspectGuard(transition.guard, place);
  }
  const invokes = [node.config.invoke ?? []].flat() as readonly InvokeConfig[];
  for (const invoke of invokes) {
    inspectSource(invoke.src, place);
    if (invoke.systemId !== undefined) problemOf('systemId', place);
    if (invoke.onSnapshot !== undefined) problemOf('onSnapshot', place);
  }
}

interface InvokeConfig {
  readonly src: unknown;
  readonly systemId?: string;
  readonly onSnapshot?: unknown;
}

function inspectSource(source: unknown, place: Place): void {
  if (typeof source !== 'string') {
    inspectLogic(source, `${place.where}, child without a name`, place);
  } else if (place.machine.implementations.actors[source] === undefined) {
    unresolved('actor source', source, 'actors', place);
  }
}

function inspectActions(actions: readonly unknown[], place: Place): void {
  for (const action of actions) inspectAction(action, place);
}

/** The own properties that XState's action creators leave on the functions they return. */
interface BuiltinAction {
  readonly type?: string;
  readonly delay?: unknown;
  readonly id?: unknown;
  readonly src?: unknown;
  readonly systemId?: string;
  readonly syncSnapshot?: boolean;
}

function inspectAction(action: unknown, place: Place): void {
  const name = nameOf(action);
  if (name !== undefined) {
    if (place.machine.implementations.actions[name] === undefined) {
      unresolved('action', name, 'actions', place);
    }
    return;
  }
  inspectFunction(action, 'action', place);
  const builtin = action as BuiltinAction;
  if (builtin.type === 'xstate.raise' || builtin.type === 'xstate.sendTo') {
    inspectDelay(builtin.delay, place);
  }
  if (builtin.type !== 'xstate.spawnChild') return;
  inspectSource(builtin.src, place);
  if (builtin.id === undefined) problemOf('spawnChild without id', place);
  if (builtin.systemId !== undefined) problemOf('systemId', place);
  if (builtin.syncSnapshot === true) problemOf('syncSnapshot', place);
}

function inspectGuard(guard: unknown, place: Place): void {
  if (place.guardsSeen.has(guard)) return;
  place.guardsSeen.add(guard);
  const name = nameOf(guard);
  if (name !== undefined) {
    if (place.machine.implementations.guards[name] === undefined) {
      unresolved('guard', name, 'guards', place);
    }
    return;
  }
  inspectFunction(guard, 'guard', place);
  const inner = (guard as { guards?: readonly unknown[] } | undefined)?.guards ?? [];
  for (const each of inner) inspectGuard(each, place);
}

function inspectDelay(delay: unknown, place: Place): void {
  if (typeof delay === 'string') {
    if (place.machine.implementations.delays[delay] === undefined) {
      unresolved('delay', delay, 'delays', place);
    }
  } else if (typeof delay === 'function') inspectFunction(delay, 'delay', place);
}

/** The name under which an action or guard is to be looked up, if it is one. */
function nameOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  if (typeof reference !== 'object' || reference === null) return undefined;
  return (reference as { type: string }).type;
}

function inspectFunction(value: unknown, role: string, place: Place): void {
  if (typeof value !== 'function' || value.constructor.name !== 'AsyncFunction') return;
  const what = `${role} '${value.name || '(anonymous)'}' is async`;
  place.problems.push({
    ...at(place),
    what,
    instead: 'a plain function, and messages to wait for',
  });
}

const problemTable = {
  systemId: {
    what: 'systemId is set',
    instead: "the kernel's own ids, `system.get('parent/child')`",
  },
  onSnapshot: {
    what: 'onSnapshot reads the memory of another actor',
    instead: 'a message from the child, `sendParent(...)`',
  },
  syncSnapshot: {
    what: 'syncSnapshot reads the memory of another actor',
    instead: 'a message from the child, `sendParent(...)`',
  },
  'spawnChild without id': {
    what: 'spawnChild without id: XState takes one from a process-wide counter',
    instead: 'spawnChild(source, { id })',
  },
} as const satisfies Readonly<Record<string, { what: string; instead: string }>>;

/** A problem that is found in the middle of a run, where only then it can be seen. */
export function lateRefusal(problem: keyof typeof problemTable, where: string): MachineRefusal {
  return new MachineRefusal([{ where, ...problemTable[problem] }]);
}

function problemOf(problem: keyof typeof problemTable, place: Place): void {
  place.problems.push({ ...at(place), ...problemTable[problem] });
}

function unresolved(role: string, name: string, table: string, place: Place): void {
  const what = `${role} '${name}' has no implementation`;
  const instead = `setup({ ${table}: { ${name}: ... } }) or machine.provide(...)`;
  place.problems.push({ ...at(place), what, instead });
}

function at(place: Place): { where: string } {
  return { where: place.where };
}

function neverCalled(): never {
  throw new Error('a sample of actor logic is never run');
}
