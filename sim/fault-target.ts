// Whom a fault strikes is said in words and resolved when it fires.
//
//   target      = [quantifier "of"] whom
//   quantifier  = all | one | majority | minority        drawn from the fault's own stream
//   whom        = role argument...                       primary-of vol-1, as the model defines it
//               | selector                               zone=b role=host
//   target      = there                                  the node where its trigger happened
//
// A selector is static: if it matches no node, that is a mistake. A role depends on the moment:
// it may mean nobody, and then the fault is skipped.
import type { NodeId } from './actor.ts';
import { assert, fail, unreachable } from './assert.ts';
import { parseSelector, type Selector } from './selector.ts';
import type { World } from './world.ts';

/** Whom a model means by a word such as `primary-of`; a pure function of the world. */
export interface FaultRole {
  readonly summary: string;
  /** The nodes that have the role now, each once; none when nobody has it. */
  resolve(world: World, argument: string): readonly NodeId[];
}

/** How many of those who are meant are struck. */
export type FaultQuantifier = 'all' | 'one' | 'majority' | 'minority';

/** A parsed target. */
export interface FaultTarget {
  readonly kind: 'target';
  readonly quantifier: FaultQuantifier;
  readonly whom:
    | { readonly kind: 'selector'; readonly selector: Selector }
    | { readonly kind: 'role'; readonly role: string; readonly argument: string }
    /** One node of those that the selector matches: any. */
    | { readonly kind: 'there'; readonly selector: Selector };
}

/** Why a text is no target, in one line. */
export interface FaultTargetProblem {
  readonly kind: 'problem';
  readonly message: string;
}

/** Nodes to strike, or why there is nobody to strike. */
export type ResolvedTarget =
  | { readonly kind: 'nodes'; readonly ids: readonly NodeId[] }
  | { readonly kind: 'nobody'; readonly reason: string };

/** The target of a fault that strikes where the last event it waited for happened. */
export const thereWord = 'there';

const quantified = /^(all|one|majority|minority)(?:-|\s+)of(?:\s+(.*))?$/;
const roleWord = /^([a-z]+(?:-[a-z]+)*-of)(?:\s+(.*))?$/;

/** Reads a target; bad text becomes a problem, never an exception. */
export function parseTarget(text: string): FaultTarget | FaultTargetProblem {
  const trimmed = text.trim();
  const match = quantified.exec(trimmed);
  const quantifier = (match?.[1] ?? 'all') as FaultQuantifier;
  const rest = match === null ? trimmed : (match[2] ?? '').trim();
  if (match !== null && rest === '') {
    const message = `target "${text}" names nobody, expected a selector or a role after "of"`;
    return { kind: 'problem', message };
  }
  if (quantified.test(rest)) {
    return { kind: 'problem', message: `target "${text}" says twice how many, expected once` };
  }
  if (rest === thereWord) return parseThere(text, match !== null);
  const role = roleWord.exec(rest);
  if (role !== null) {
    const whom = { kind: 'role', role: role[1]!, argument: (role[2] ?? '').trim() } as const;
    return { kind: 'target', quantifier, whom };
  }
  const selector = parseSelector(rest);
  if (selector.kind === 'problem') return { kind: 'problem', message: selector.message };
  return { kind: 'target', quantifier, whom: { kind: 'selector', selector } };
}

function parseThere(text: string, isQuantified: boolean): FaultTarget | FaultTargetProblem {
  const message = `target "${text}" says how many, but "${thereWord}" is one node`;
  if (isQuantified) return { kind: 'problem', message };
  const selector = parseSelector('any');
  if (selector.kind === 'problem') return { kind: 'problem', message: selector.message };
  return { kind: 'target', quantifier: 'all', whom: { kind: 'there', selector } };
}

/** How many of `count` a quantifier strikes: of 3 one, 2 (more than half), 1 (fewer), or all. */
export function quantifiedCount(quantifier: FaultQuantifier, count: number): number {
  switch (quantifier) {
    case 'all':
      return count;
    case 'one':
      return Math.min(1, count);
    case 'majority':
      return count === 0 ? 0 : Math.floor(count / 2) + 1;
    case 'minority':
      return Math.max(0, Math.floor((count - 1) / 2));
    default:
      return unreachable(quantifier);
  }
}

/**
 * Resolves the target of a fault now. `stream` names the stream that a quantifier draws from;
 * `there` is the node where its trigger happened, undefined when that was at no node.
 */
export function resolveTarget(
  world: World,
  fault: { readonly kind: string; readonly target: string },
  options: {
    readonly roles: ReadonlyMap<string, FaultRole>;
    readonly stream: string;
    readonly there?: NodeId | undefined;
  },
): ResolvedTarget {
  const { kind, target: text } = fault;
  const target = parseTarget(text);
  if (target.kind === 'problem') fail(`selector '${text}' of fault '${kind}' is bad`);
  const { quantifier, whom } = target;
  let ids: readonly NodeId[];
  if (whom.kind === 'there') {
    const { there } = options;
    if (there === undefined) return { kind: 'nobody', reason: 'its trigger was at no node' };
    return { kind: 'nodes', ids: [there] };
  }
  if (whom.kind === 'selector') {
    ids = world.select(whom.selector);
    assert(ids.length > 0, `selector '${text}' of fault '${kind}' matches no node`);
  } else {
    const { roles } = options;
    const role = roles.get(whom.role);
    const known = [...roles.keys()].join(', ');
    assert(role !== undefined, `unknown role '${whom.role}' of fault '${kind}'; known: ${known}`);
    ids = role.resolve(world, whom.argument);
    for (const id of ids) world.node(id);
    if (ids.length === 0) {
      return { kind: 'nobody', reason: `nobody is ${whom.role} ${whom.argument}`.trim() };
    }
  }
  const count = quantifiedCount(quantifier, ids.length);
  if (count === 0) return { kind: 'nobody', reason: `${quantifier} of ${ids.length} is nobody` };
  return { kind: 'nodes', ids: drawSome(world, ids, count, options.stream) };
}

/** `count` of the nodes, in the order they are given in. */
function drawSome(
  world: World,
  ids: readonly NodeId[],
  count: number,
  stream: string,
): readonly NodeId[] {
  if (count === ids.length) return ids;
  const left = ids.map((_, index) => index);
  const taken = new Set<number>();
  for (let i = 0; i < count; i++) {
    const at = world.parts.choices.choose('fault.target', left.length, stream);
    taken.add(left[at]!);
    left.splice(at, 1);
  }
  return ids.filter((_, index) => taken.has(index));
}
