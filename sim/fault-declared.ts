// A fault as it was declared, held against the table of faults.
import type { NodeId } from './actor.ts';
import { assert } from './assert.ts';
import type {
  FaultCourse,
  FaultKind,
  FaultParam,
  FaultParams,
  FaultParamValue,
  ScheduledFault,
  Undo,
} from './fault-kind.ts';
import type { ResolvedTarget } from './fault-target.ts';
import { groupsOf } from './faults/network.ts';
import { faults as faultTable } from './faults.ts';
import type { World } from './world.ts';

/**
 * The entry of a kind in the table of faults; of a scenario's, unknown ones were refused before.
 */
export function kindOf(fault: ScheduledFault): FaultKind {
  const kind: FaultKind | undefined = (faultTable as Record<string, FaultKind>)[fault.kind];
  assert(kind !== undefined, `unknown fault '${fault.kind}'`);
  return kind;
}

/** The parameters with defaults filled in; a scenario's have been checked before. */
export function paramsOf(fault: ScheduledFault): FaultParams {
  const { params: known, needsTarget } = kindOf(fault);
  assert(!needsTarget || fault.target !== undefined, `fault '${fault.kind}' has no target`);
  const params: Record<string, FaultParamValue> = {};
  for (const [name, param] of Object.entries(known)) {
    const value = fault.params[name] ?? param.default;
    assert(value !== undefined, `fault '${fault.kind}' has no '${name}'`);
    checkParam(fault.kind, name, param, value);
    params[name] = value;
  }
  for (const name of Object.keys(fault.params)) {
    assert(
      name in known,
      `fault '${fault.kind}' has no parameter '${name}'; known: ${Object.keys(known).join(', ')}`,
    );
  }
  return params;
}

function checkParam(kind: string, name: string, param: FaultParam, value: FaultParamValue): void {
  const { range, groupCountMin = 2 } = param;
  if (range !== undefined && typeof value === 'number') {
    const { min, max } = range;
    const isInside = value >= min && value <= max;
    assert(isInside, `fault '${kind}': '${name}' is ${value}, expected ${min} to ${max}`);
  }
  if (param.kind !== 'groups' || !Array.isArray(value)) return;
  const expected = `expected ${groupCountMin} or more`;
  assert(value.length >= groupCountMin, `fault '${kind}' has ${value.length} groups, ${expected}`);
}

/** Who is struck, or nobody where the moment has fewer nodes than the fault needs to do a thing. */
export function enoughOf(fault: ScheduledFault, target: ResolvedTarget): ResolvedTarget {
  const { needsTarget, targetCountMin = 1 } = kindOf(fault);
  if (!needsTarget || target.kind === 'nobody' || target.ids.length >= targetCountMin) {
    return target;
  }
  const reason = `${target.ids.length} nodes, '${fault.kind}' needs ${targetCountMin}`;
  return { kind: 'nobody', reason };
}

/** Of a fault without a target: the nodes its groups name, in the order they were added. */
export function groupedNodes(world: World, fault: ScheduledFault): readonly NodeId[] {
  if (fault.params.groups === undefined) return [];
  const groups = groupsOf(world, fault.params);
  return [...world.nodes.keys()].filter((id) => groups.some((group) => group.has(id)));
}

/** What injecting a fault has led to. */
export function courseOf(injected: Undo | FaultCourse): FaultCourse {
  return typeof injected === 'function' ? { undo: injected } : injected;
}
