// All modes that a machine can rest in, read from its definition, named as its snapshots name them.
//
//   compound   one mode for each mode of each of its states       serving.idle
//   parallel   one for each way to be in all its regions at once  disk.idle+net.up
//   atomic     itself
//
// A state that is always left at once, by an eventless transition without a guard, is none. That a
// mode is listed says that the machine has it, not that any event leads there.
import type { AnyStateMachine } from 'xstate';

/** Regions multiply: a machine with more modes than this has no list. */
export const machineModesMax = 256;

/** The modes of `machine` in order of definition; undefined when there are too many to list. */
export function machineModes(machine: AnyStateMachine): readonly string[] | undefined {
  const modes = modesWithin('', machine.root);
  // A machine without states shows its status, which is `active` as long as it takes events.
  return modes?.map((mode) => (mode === '' ? 'active' : mode));
}

type StateNode = AnyStateMachine['root'];

function modesWithin(path: string, node: StateNode): readonly string[] | undefined {
  if (isPassing(node)) return [];
  const children = Object.values<StateNode>(node.states).filter(({ type }) => type !== 'history');
  if (children.length === 0) return [path];
  let modes: readonly string[] = node.type === 'parallel' ? [''] : [];
  for (const child of children) {
    const inner = modesWithin(path === '' ? child.key : `${path}.${child.key}`, child);
    if (inner === undefined) return undefined;
    if (node.type !== 'parallel') modes = [...modes, ...inner];
    else if (modes.length * inner.length > machineModesMax) return undefined;
    else modes = modes.flatMap((mode) => inner.map((more) => joined(mode, more)));
  }
  return modes.length > machineModesMax ? undefined : modes;
}

function isPassing({ always }: StateNode): boolean {
  return (always ?? []).some(({ guard, target }) => guard === undefined && target !== undefined);
}

function joined(mode: string, more: string): string {
  return mode === '' ? more : `${mode}+${more}`;
}
