// What a kind of fault is. A fault is a function that returns its own undo; undo receives the
// world, so that neither closes over a world and a fork can carry both.
import type { NodeId } from './actor.ts';
import type { FaultTrigger } from './fault-trigger.ts';
import type { Ns } from './units.ts';
import type { World } from './world.ts';

/**
 * What a parameter measures: it decides how scenario text is read (`30s`, `20%`, `5x`, `200ppm`, a
 * whole number, a name).
 */
export type FaultParamKind =
  | 'duration'
  | 'share'
  | 'factor'
  | 'boolean'
  | 'groups'
  | 'ppm'
  | 'count'
  | 'text';

/**
 * Ns for a duration, 0..1 for a share, a number for factor, ppm and count, lists of selectors for
 * groups.
 */
export type FaultParamValue = number | boolean | string | readonly (readonly string[])[];
/** Parameters of one fault by name, units resolved. */
export type FaultParams = Readonly<Record<string, FaultParamValue>>;

/** One parameter of a kind of fault. */
export interface FaultParam {
  readonly kind: FaultParamKind;
  readonly summary: string;
  /** Without a default the parameter must be given. */
  readonly default?: FaultParamValue;
  /** A duration that may be negative: a step of a clock. */
  readonly signed?: boolean;
  /** A text that names a version of the software: it must be one that some behavior has. */
  readonly isVersion?: boolean;
  /** The least and the most of a number, in its counted unit; every ppm parameter has one. */
  readonly range?: { readonly min: number; readonly max: number };
  /** Of groups: fewer cut nothing. 2 where it is not said. */
  readonly groupCountMin?: number;
}

/** Puts the knobs back that the fault turned. */
export type Undo = (world: World) => void;

/**
 * Where a fault of several steps stands: how to end it from here, and what it does next. Each step
 * answers with the next standing, so that nothing changes behind a fork's back.
 */
export interface FaultCourse {
  readonly undo: Undo;
  /** Without it the fault only waits for its end. */
  readonly next?: FaultStep;
}

/** What an active fault does later. */
export interface FaultStep {
  /** From now, on the true clock. */
  readonly afterNs: Ns;
  readonly act: (world: World) => FaultCourse;
}

/** A kind of fault: an entry of the table. */
export interface FaultKind {
  /** What breaks, and what may not break. */
  readonly summary: string;
  /** Whether it names nodes by `target` (else its params say where it strikes). */
  readonly needsTarget: boolean;
  /** With fewer targets it does nothing; 1 where it is not said. */
  readonly targetCountMin?: number;
  readonly params: Readonly<Record<string, FaultParam>>;
  inject(world: World, targets: readonly NodeId[], params: FaultParams): Undo | FaultCourse;
}

/** A fault of a schedule, all units resolved. */
export interface ScheduledFault {
  readonly kind: string;
  /** When it strikes; with a trigger, since when events count. */
  readonly atNs: number;
  /** What it waits for; without it, for its time alone. */
  readonly trigger?: FaultTrigger;
  /** How it comes again. */
  readonly period?: FaultPeriod;
  /** How long it lasts; without it, until the world is healed. */
  readonly forNs?: number;
  /** A selector, a role or some of them, see fault-target.ts; resolved when it fires. */
  readonly target?: string;
  readonly params: FaultParams;
}

/** A fault comes again and again, until the world is healed at the latest. */
export interface FaultPeriod {
  /** From one begin to the next, above 0. */
  readonly everyNs: number;
  /** It does not begin at this instant or later. */
  readonly untilNs?: number;
  /** How many times it comes in all. */
  readonly count?: number;
}
