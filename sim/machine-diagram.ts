// A machine on paper: as a Mermaid diagram, and as the plain data that visualisers open.
//
//   machine --machineDiagram--> stateDiagram-v2 (paste it where Mermaid is drawn)
//   machine --machineConfig---> JSON, the argument of createMachine
//
// Mermaid draws no line from a state into itself, so what a state does to those within it is drawn
// from one more box inside, `any`.
import type { AnyStateMachine } from 'xstate';

type StateNode = AnyStateMachine['root'];
type Transition = StateNode['always'] extends readonly (infer T)[] | undefined ? T : never;

/** The machine as a Mermaid state diagram. */
export function machineDiagram(machine: AnyStateMachine): string {
  const { root } = machine;
  const lines = [...stateLines(root, '  '), ...edgeLines(root, '  ')];
  return `stateDiagram-v2\n${lines.join('\n')}\n`;
}

/** What the machine is made from, as data; the context at its start is left out. */
export function machineConfig(machine: AnyStateMachine): Readonly<Record<string, unknown>> {
  const { context: _, ...rest } = machine.config as Readonly<Record<string, unknown>>;
  return JSON.parse(JSON.stringify(rest)) as Readonly<Record<string, unknown>>;
}

/**
 * Paths within the machine's definition that are no plain data: functions where a visualiser shows
 * names only. The context at the start may be made by a function.
 */
export function inlineParts(machine: AnyStateMachine): readonly string[] {
  const { context: _, ...rest } = machine.config as Readonly<Record<string, unknown>>;
  return inlineWithin(rest, '');
}

function inlineWithin(value: unknown, path: string): readonly string[] {
  if (typeof value === 'function' || typeof value === 'symbol') return [path];
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return [path];
  return Object.entries(value).flatMap(([key, part]) =>
    inlineWithin(part, path === '' ? key : `${path}.${key}`),
  );
}

function stateLines(node: StateNode, indent: string): readonly string[] {
  const children = Object.values<StateNode>(node.states);
  const entered = entryOf(node);
  if (children.length === 0) {
    const lines = [`${indent}state "${node.key}" as ${idOf(node)}`];
    if (entered !== '') lines.push(`${indent}${idOf(node)}: on entry ${entered}`);
    if (node.type === 'final') lines.push(`${indent}${idOf(node)} --> [*]`);
    return lines;
  }
  const inner = `${indent}  `;
  const title = entered === '' ? node.key : `${node.key}, on entry ${entered}`;
  const lines = [`${indent}state "${title}" as ${idOf(node)} {`];
  if (node.type === 'parallel') lines.push(...children.flatMap((c) => regionLines(c, inner)));
  else {
    const [first] = node.initial?.target ?? [];
    if (first !== undefined) lines.push(`${inner}[*] --> ${idOf(first)}`);
    lines.push(...children.flatMap((child) => stateLines(child, inner)));
  }
  lines.push(...anyLines(node, inner));
  lines.push(...children.flatMap((child) => edgeLines(child, inner)));
  return [...lines, `${indent}}`];
}

// Regions that are passed through at once are separated by a line of their own.
function regionLines(region: StateNode, indent: string): readonly string[] {
  const lines = stateLines(region, indent);
  const isLast = Object.values<StateNode>(region.parent?.states ?? {}).at(-1) === region;
  return isLast ? lines : [...lines, `${indent}--`];
}

function anyLines(node: StateNode, indent: string): readonly string[] {
  const lines = transitionsOf(node).flatMap((transition) =>
    targetsOf(transition)
      .filter((target) => isWithin(target, node))
      .map((target) => `${indent}${idOf(node)}_any --> ${idOf(target)}${labelOf(transition)}`),
  );
  if (lines.length === 0) return [];
  return [`${indent}state "any of ${node.key}" as ${idOf(node)}_any`, ...lines];
}

function edgeLines(node: StateNode, indent: string): readonly string[] {
  return transitionsOf(node).flatMap((transition) => {
    const targets = targetsOf(transition);
    if (targets.length === 0)
      return [`${indent}${idOf(node)} --> ${idOf(node)}${labelOf(transition)}`];
    return targets
      .filter((target) => !isWithin(target, node))
      .map((target) => `${indent}${idOf(node)} --> ${idOf(target)}${labelOf(transition)}`);
  });
}

function transitionsOf(node: StateNode): readonly Transition[] {
  return [...node.transitions.values()].flat().concat(node.always ?? []);
}

function targetsOf(transition: Transition): readonly StateNode[] {
  return (transition.target ?? []) as readonly StateNode[];
}

function isWithin(node: StateNode, outer: StateNode): boolean {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (above === outer) return true;
  }
  return false;
}

/** ` : REVIEWED [isMissing] / takeEntry`. */
function labelOf({ eventType, guard, actions, source }: Transition): string {
  const delayed = source.after.find((after: Transition) => after.eventType === eventType);
  const after = delayed as { readonly delay?: unknown } | undefined;
  const words: string[] = [];
  if (after !== undefined) words.push(`after ${String(after.delay)}`);
  else if (eventType.startsWith('xstate.done.')) words.push('done');
  else if (eventType !== '') words.push(eventType);
  if (guard !== undefined) words.push(`[${nameOf(guard)}]`);
  if (actions.length > 0) words.push(`/ ${actions.map(nameOf).join(', ')}`);
  return words.length === 0 ? '' : ` : ${words.join(' ')}`;
}

function entryOf(node: StateNode): string {
  return node.entry
    .filter((action) => !isTimer(action))
    .map(nameOf)
    .join(', ');
}

// A state with `after` has one more action that arms its timer.
function isTimer(action: unknown): boolean {
  return typeof action === 'function' && 'delay' in action;
}

function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  const type = (named as { readonly type?: unknown }).type;
  return typeof type === 'string' ? type : 'inline';
}

function idOf(node: StateNode): string {
  return node.id.replace(/[^A-Za-z0-9]+/g, '_');
}
