// What a mover remembers. All of it is lost in a crash; the records of authority and cells are what
// it goes on by.
import type { ActorId, ModalStep, ModeOf, Ns, Self } from '../../../sim/index.ts';
import { type AuthorityContact, contactOf } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { ChangeVolume } from '../../messages/lineage.ts';
import type { MutantSet } from '../../mutants.ts';
import {
  copyRelocations,
  noRelocations,
  type RelocationRules,
  type Relocations,
} from '../../relocation/relocations.ts';
import type { SurveyedVolume } from '../../surveying.ts';
import type { CellName } from '../cell-record.ts';
import type { Seen } from '../drive.ts';
import type { CellCall, CellMembers } from '../snapshot-router/cell-calls.ts';
import type { VolumePlace } from '../volume-change.ts';
import type { moverMachine } from './machine.ts';
import type { PlannedStep } from './plan.ts';
import type { Turn } from './turn.ts';
import { noWaits, type Waits } from './waits.ts';

/** What a mover is started with. */
export interface MoverInput extends RelocationRules {
  readonly volume: VolumeId;
  readonly plan: readonly PlannedStep[];
  /** Counts movers from 0: each stands in for those before it. */
  readonly index: number;
  readonly authorities: readonly ActorId[];
  readonly members: CellMembers;
  /** The actor that finds slots in each cell, as `hosts` name it. */
  readonly slotFinders: ReadonlyMap<CellName, ActorId>;
  readonly mutants: MutantSet;
}

/** Of one incarnation. */
const idsPerIncarnation = 1_048_576;

/** A change of the record that has no answer yet. */
export interface PendingChange {
  readonly message: ChangeVolume;
  sentNs: Ns;
}

/** All of the memory of a mover. */
export interface MoverState {
  readonly input: MoverInput;
  machine: ModeOf<typeof moverMachine>;
  readonly authority: AuthorityContact;
  readonly relocations: Relocations;
  readonly found: Map<VolumeId, SurveyedVolume>;
  /** What is recorded of the volume; null before it is read. */
  place: VolumePlace | null;
  readonly seen: Map<CellName, Seen>;
  turn: Turn;
  waits: Waits;
  /** The last move whose end another one was waiting for; 0 for none. */
  awaitedMove: number;
  /** It is this mover that brings the move on, as far as it knows. */
  isActing: boolean;
  /** Questions and commands to cells that are under way. */
  readonly calls: Map<number, CellCall>;
  readonly changes: Map<number, PendingChange>;
  nextReqId: number;
  routeReqId: number;
}

/** How a part of the mover acts. */
export type MoverStep = ModalStep<MoverState>;

/** A mover that knows nothing. */
export function freshMover(
  input: MoverInput,
  self: Self,
  machine: MoverState['machine'],
): MoverState {
  return {
    input,
    machine,
    authority: contactOf(input.authorities),
    relocations: noRelocations(1 + input.index, self),
    found: new Map(),
    place: null,
    seen: new Map(),
    turn: { kind: 'rest' },
    waits: noWaits(self.nowNs()),
    awaitedMove: 0,
    isActing: false,
    calls: new Map(),
    changes: new Map(),
    nextReqId: self.incarnation * idsPerIncarnation,
    routeReqId: 0,
  };
}

/** An independent copy for a fork. */
export function copyMover(state: MoverState): MoverState {
  const calls = new Map<number, CellCall>();
  for (const [reqId, one] of state.calls) calls.set(reqId, { ...one });
  const changes = new Map<number, PendingChange>();
  for (const [reqId, one] of state.changes) changes.set(reqId, { ...one });
  return {
    ...state,
    authority: { ...state.authority },
    relocations: copyRelocations(state.relocations),
    found: new Map(state.found),
    seen: new Map(state.seen),
    calls,
    changes,
  };
}
