// Where two runs that should be one part: narrowed by fingerprints, then looked at event by event.
//
//   checkpoints of both  |----|----|----|-x--|-x--|     the first that differs
//   again, within it                    |-|x|x|x|x|     until few events are left
//   again, in full                       e e X          the first event that differs
import type { Entry } from '../../sim/index.ts';
import { differenceText, firstDifference } from './first-difference.ts';
import type { Probe, ProbeAnswer, ProbedEvent, ProbeRequest } from './probe.ts';

/** Two runs part at this event. */
export interface Divergence {
  /** Counts events from 1. */
  readonly number: number;
  /** Null where one run ended before. */
  readonly left: ProbedEvent | null;
  readonly right: ProbedEvent | null;
}

/** How many checkpoints each look takes. */
const checkpointCount = 256;
/** So many events are told in full. */
const fullEventMax = 256;

/**
 * The first event in which two runs differ; null when they did not differ this time. A run of them
 * has up to `eventCount` events.
 */
export async function firstDivergence(
  left: Probe,
  right: Probe,
  eventCount: number,
): Promise<Divergence | { readonly failure: string } | null> {
  let after = 0;
  // What happens after the last event counts as one more.
  let until = eventCount + 1;
  while (until - after > fullEventMax) {
    const stride = Math.ceil((until - after) / checkpointCount);
    const both = await askBoth(left, right, { after, until, stride, isFull: false });
    if ('failure' in both) return both;
    const sameCount = commonLength(both.left.checkpoints, both.right.checkpoints);
    const isWithin = after + (sameCount + 1) * stride < until;
    after += sameCount * stride;
    if (isWithin) until = after + stride;
  }
  const both = await askBoth(left, right, { after, until, stride: 1, isFull: true });
  return 'failure' in both ? both : divergenceOf(both.left.events, both.right.events);
}

/** The first of these events that differs. */
function divergenceOf(
  left: readonly ProbedEvent[],
  right: readonly ProbedEvent[],
): Divergence | null {
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left[i] ?? null;
    const b = right[i] ?? null;
    if (!isSameEvent(a, b)) return { number: (a ?? b)!.number, left: a, right: b };
  }
  return null;
}

/** Whether two runs are the same up to this event. */
export function isSameEvent(a: ProbedEvent | null, b: ProbedEvent | null): boolean {
  return a?.fingerprint === b?.fingerprint && a?.number === b?.number;
}

/** The divergence in a few lines: which event, what it touched, both versions. */
export function divergenceText({ number, left, right }: Divergence): string {
  const difference = firstDifference(left?.entries ?? [], right?.entries ?? []);
  const atNs = (left ?? right)!.atNs;
  const head = `first difference in event #${number} at ${atNs} ns`;
  if (left === null || right === null) {
    const entry = (left ?? right)!.entries[0];
    const which = left === null ? 'before' : 'now';
    const touched = entry === undefined ? '' : `, which the other goes on with: ${name(entry)}`;
    return `${head}: the run ends there (${which})${touched}`;
  }
  if (difference === null) {
    const choices = `${left.choiceCount} and ${right.choiceCount} choices made before`;
    const [first] = left.entries;
    const touched = first === undefined ? '' : `: ${name(first)}`;
    const hidden = `its entries are the same, its payload or choices are not (${choices})`;
    return `${head}${touched}\n  ${hidden}`;
  }
  const entry = (difference.left ?? difference.right)!;
  return `${head}: ${name(entry)}\n${differenceText({ ...difference, index: entry.index })}`;
}

function name(entry: Entry): string {
  const detail =
    'name' in entry
      ? entry.name
      : 'type' in entry
        ? entry.type
        : 'fault' in entry
          ? entry.fault
          : 'state' in entry
            ? entry.state
            : '';
  return `${entry.kind}${detail === '' ? '' : ` '${detail}'`} at actor '${entry.actor}'`;
}

async function askBoth(
  left: Probe,
  right: Probe,
  request: ProbeRequest,
): Promise<
  { readonly left: ProbeAnswer; readonly right: ProbeAnswer } | { readonly failure: string }
> {
  const a = await left(request);
  if ('failure' in a) return a;
  const b = await right(request);
  return 'failure' in b ? b : { left: a, right: b };
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}
