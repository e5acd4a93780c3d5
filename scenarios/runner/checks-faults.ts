// Faults against the cluster they strike and the time they have.
import { authorityId, authorityRoles, readRolePlace } from '../../model/index.ts';
import { parseTarget, quantifiedCount } from '../../sim/index.ts';
import { candidatesOf } from './candidates.ts';
import type { CheckInput } from './checks.ts';
import { checkMoment } from './checks-moment.ts';
import type { ValuePath } from './document.ts';
import type { FaultText } from './schema-faults.ts';
import { nameList, nearest, unknownName } from './suggest.ts';
import { cellsOf, nodesOf } from './topology.ts';
import { quantityText, type Range } from './units.ts';
import { namesOf, type SelectableNode } from './vocabulary.ts';

/** Refuses faults that strike nobody, or outside the run. */
export function checkFaults(input: CheckInput): void {
  const { schedule = [], random = [] } = input.text.faults;
  const targets = targetsOf(input);
  for (const [index, fault] of schedule.entries()) {
    const path = ['faults', 'schedule', index];
    const { at } = fault;
    if (at !== undefined) {
      checkTimes(input, path, { at, atKey: 'at', lasting: fault.for as number | undefined });
    }
    checkMoment(input, path, fault, (place, selector) => {
      checkSelector(input, place, selector, targets);
    });
    checkTarget(input, path, fault, targets);
    checkGroups(input, path, fault, targets);
  }
  for (const [index, fault] of random.entries()) {
    const path = ['faults', 'random', index];
    const between = fault.between as Range;
    const lasting = fault.for as Range | undefined;
    checkTimes(input, path, { at: between.max, atKey: 'between', lasting: lasting?.max });
    checkTarget(input, path, fault, targets);
    checkGroups(input, path, fault, targets);
  }
}

interface Targets {
  readonly nodes: readonly SelectableNode[];
  /** What a selector can be made of, for suggestions. */
  readonly words: readonly string[];
  /** `zone` and `cell`: one of them is drawn. */
  readonly drawn: readonly string[];
}

function targetsOf({ text }: CheckInput): Targets {
  const nodes = nodesOf(text);
  const roles = ['host', 'client', 'authority'];
  const places = [...text.topology.zones, ...cellsOf(text.topology)];
  const words = [...places, ...roles, ...nodes.map((node) => node.id)];
  return { nodes, words, drawn: ['zone', 'cell'] };
}

function checkTimes(
  { text, refuse }: CheckInput,
  path: ValuePath,
  times: { readonly at: number; readonly atKey: string; readonly lasting: number | undefined },
): void {
  const duration = quantityText('duration', text.duration);
  if (times.at >= text.duration) {
    const found = quantityText('duration', times.at);
    refuse(
      [...path, times.atKey],
      `expected a time before the run's duration ${duration}, found '${found}'`,
    );
  } else if (times.lasting !== undefined && times.at + times.lasting > text.duration) {
    const end = quantityText('duration', times.at + times.lasting);
    refuse(
      [...path, 'for'],
      `the fault may last until ${end}, after the run's duration ${duration}; ` +
        "shorten it, or leave 'for' out to heal it at the end",
    );
  }
}

function checkTarget(input: CheckInput, path: ValuePath, fault: FaultText, targets: Targets): void {
  const { names, refuse } = input;
  const { needsTarget } = names.faults[fault.kind]!;
  if (fault.target === undefined) {
    if (needsTarget)
      refuse(path, `fault '${fault.kind}' needs a 'target', found none; write target: host-1`);
    return;
  }
  if (!needsTarget) {
    refuse(
      [...path, 'target'],
      `fault '${fault.kind}' takes no 'target'; its own keys say where it strikes`,
    );
    return;
  }
  const random = path[1] === 'random';
  const written = Array.isArray(fault.target) ? fault.target : [fault.target];
  for (const [index, selector] of written.entries()) {
    const place = Array.isArray(fault.target) ? [...path, 'target', index] : [...path, 'target'];
    const isKnown = random && targets.drawn.includes(selector);
    if (!isKnown && !checkWhom(input, place, selector, targets)) continue;
    const candidates = random ? candidatesOf(selector, input) : [selector];
    checkEnough(input, place, { kind: fault.kind, candidates }, targets);
  }
}

/** Refuses a target that is too small for its fault, where that is known before the run. */
function checkEnough(
  { names, refuse }: CheckInput,
  path: ValuePath,
  fault: { readonly kind: string; readonly candidates: readonly string[] },
  { nodes }: Targets,
): void {
  const { targetCountMin = 1 } = names.faults[fault.kind]!;
  for (const candidate of fault.candidates) {
    const target = parseTarget(candidate);
    if (target.kind === 'problem' || target.whom.kind === 'role') continue;
    const { quantifier, whom } = target;
    const selection = names.select(whom.selector.text, nodes);
    const meant = selection.ok ? selection.ids.length : 0;
    const count = whom.kind === 'there' ? 1 : quantifiedCount(quantifier, meant);
    if (count >= targetCountMin) continue;
    refuse(
      path,
      `fault '${fault.kind}' needs ${targetCountMin} targets or more at once, ` +
        `found ${count} in '${candidate}'; name more nodes: all of any`,
    );
    return;
  }
}

/**
 * Holds a target against the cluster: whom it can mean is known before the run. False when it
 * names nobody.
 */
function checkWhom(input: CheckInput, path: ValuePath, text: string, targets: Targets): boolean {
  const target = parseTarget(text);
  if (target.kind === 'problem') {
    input.refuse(path, target.message);
    return false;
  }
  const { quantifier, whom } = target;
  if (whom.kind === 'role') {
    checkRole(input, path, whom);
    return true;
  }
  const { length } = checkSelector(input, path, whom.selector.text, targets);
  if (length === 0 || quantifiedCount(quantifier, length) > 0) return length > 0;
  input.refuse(
    path,
    `${quantifier} of ${length} is nobody, '${text}' needs a selector of more nodes`,
  );
  return false;
}

function checkRole(
  { text, names, refuse }: CheckInput,
  path: ValuePath,
  whom: { readonly role: string; readonly argument: string },
): void {
  if (!Object.hasOwn(names.roles, whom.role)) {
    refuse(path, unknownName('role', whom.role, namesOf(names.roles)));
    return;
  }
  if (authorityRoles.includes(whom.role)) {
    if (whom.argument === authorityId) return;
    refuse(path, `expected '${whom.role} ${authorityId}', found '${whom.argument}'`);
    return;
  }
  const place = readRolePlace(whom.argument);
  if (typeof place === 'string') {
    refuse(path, `role '${whom.role}' asks about a volume: ${place}`);
    return;
  }
  const { volumes } = text.topology;
  const volume = volumes.find(({ id }) => id === place.volume);
  if (volume === undefined) {
    const known = volumes.map(({ id }) => id);
    refuse(path, unknownName('volume', place.volume, known));
    return;
  }
  const rangeCount = Math.floor(volume.size / volume.rangeSize);
  if (place.range !== null && place.range >= rangeCount) {
    refuse(path, `volume '${volume.id}' has ranges 0 to ${rangeCount - 1}, found ${place.range}`);
  }
}

function checkSelector(
  input: CheckInput,
  path: ValuePath,
  selector: string,
  targets: Targets,
): readonly string[] {
  const selection = input.names.select(selector, targets.nodes);
  if (!selection.ok) input.refuse(path, `${selection.message}`);
  else if (selection.ids.length === 0) {
    const near = nearest(selector, targets.words);
    const advice =
      near === undefined ? `known are ${nameList(targets.words)}` : `did you mean '${near}'?`;
    input.refuse(path, `selector '${selector}' matches no node; ${advice}`);
  }
  return selection.ok ? selection.ids : [];
}

function checkGroups(input: CheckInput, path: ValuePath, fault: FaultText, targets: Targets): void {
  for (const [key, param] of Object.entries(input.names.faults[fault.kind]!.params)) {
    const groups = fault[key];
    if (param.kind !== 'groups' || !Array.isArray(groups)) continue;
    const groupOf = new Map<string, number>();
    for (const [groupIndex, group] of (groups as readonly (readonly string[])[]).entries()) {
      for (const [index, selector] of group.entries()) {
        const place = [...path, key, groupIndex, index];
        for (const id of checkSelector(input, place, selector, targets)) {
          const other = groupOf.get(id);
          if (other !== undefined && other !== groupIndex) {
            input.refuse(place, `node '${id}' is in two groups; each node belongs to one side`);
            break;
          }
          groupOf.set(id, groupIndex);
        }
      }
    }
  }
}
