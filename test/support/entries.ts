// Small builders for the entries of a record, so that a property's story can be told line by line.
import { type Entry, Judge, type Judgement, nsPerMs, type Property } from '../../sim/index.ts';

/** An entry without its place in a record. */
export type Body = Entry extends infer E
  ? E extends Entry
    ? Omit<E, 'index' | 'atNs' | 'id' | 'cause' | 'previous'> & { readonly atMs?: number }
    : never
  : never;

/** A record of these entries: a millisecond apart unless they name their time. */
export function recordOf(bodies: readonly Body[]): readonly Entry[] {
  let lastMs = -1;
  return bodies.map(({ atMs, ...body }, index) => {
    lastMs = atMs ?? lastMs + 1;
    const id = index.toString(16).padStart(16, '0');
    const atNs = lastMs * nsPerMs;
    const at = body.kind === 'io' ? { submittedAtNs: atNs } : {};
    const place = { index, atNs, ...at, id, cause: null, previous: null };
    return { ...body, ...place } as Entry;
  });
}

/** The judgement of a whole run by one property. */
export function judge(property: Property, bodies: readonly Body[]): Judgement {
  const judged = new Judge([property]);
  const entries = recordOf(bodies);
  for (const entry of entries) judged.observe(entry);
  return judged.end((entries.at(-1)?.atNs ?? 0) + 1, judged.firstViolation !== null)[0]!;
}

/** What a property still waits for after these entries. */
export function pendingAfter(property: Property, bodies: readonly Body[]): string | null {
  const monitor = property.monitor();
  for (const entry of recordOf(bodies)) monitor.observe(entry);
  return monitor.pending?.() ?? null;
}

export function mark(actor: string, name: string, facts: Record<string, unknown> = {}): Body {
  return { kind: 'mark', actor, name, facts };
}

export function start(actor: string, incarnation = 0, labels: Record<string, string> = {}): Body {
  return { kind: 'start', actor, incarnation, behavior: 'actor', node: actor, labels };
}

export function stop(actor: string): Body {
  return { kind: 'stop', actor, reason: 'crash' };
}

export function message(outcome: 'delivered' | 'dropped', from: string, actor: string): Body {
  return { kind: 'message', outcome, from, actor, type: 'write', sentAtNs: 0, message: {} };
}

export function fault(
  phase: 'start' | 'end',
  name: string,
  targets: readonly string[],
  { faultId = 1, ...params }: { readonly faultId?: number; readonly [name: string]: unknown } = {},
): Body {
  return { kind: 'fault', phase, actor: 'nemesis', faultId, fault: name, targets, params };
}

/** A request to the disk of an actor that ended well, submitted and done at one instant. */
export function io(
  actor: string,
  what: 'read' | 'write' | 'flush',
  stamps: readonly number[] = [],
  more: {
    readonly sectors?: readonly (readonly number[])[];
    readonly fua?: boolean;
    readonly submittedAtNs?: number;
  } = {},
): Body {
  const place = { device: 'disk', block: 0, blockCount: stamps.length };
  const contents = what === 'flush' ? {} : { stamps };
  return {
    kind: 'io',
    actor,
    op: what,
    ...place,
    ...contents,
    status: 'ok',
    submittedAtNs: 0,
    ...more,
  };
}

/** Where an operation is and what it reads or writes; one block of `vol-1` where it is not said. */
export interface Blocks {
  readonly block?: number;
  readonly blockCount?: number;
  readonly stamps?: readonly number[];
  readonly volume?: string;
}

/** A phase of an operation of a client. */
export function op(
  actor: string,
  opId: number,
  name: 'read' | 'write' | 'discard' | 'flush',
  phase: 'invoke' | 'ok' | 'fail' | 'info',
  blocks: Blocks = {},
): Body {
  const { block = 0, stamps, volume = 'vol-1' } = blocks;
  const blockCount = blocks.blockCount ?? stamps?.length ?? 1;
  const value = { volume, block, blockCount, ...(stamps === undefined ? {} : { stamps }) };
  return { kind: 'op', actor, phase, opId, name, value };
}

/** A write that begins and is acknowledged. */
export function written(actor: string, opId: number, blocks: Blocks): Body[] {
  return [op(actor, opId, 'write', 'invoke', blocks), op(actor, opId, 'write', 'ok', blocks)];
}

/** A read that begins and returns stamps. */
export function readOf(actor: string, opId: number, blocks: Blocks): Body[] {
  const { stamps, ...where } = blocks;
  const asked = { ...where, blockCount: stamps?.length ?? 1 };
  return [op(actor, opId, 'read', 'invoke', asked), op(actor, opId, 'read', 'ok', blocks)];
}
