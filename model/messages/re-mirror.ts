// What a client and the re-mirrors on its node say to each other.
import type { Message } from '../../sim/index.ts';
import type { MapEntry, Replica } from '../map-entry.ts';
import type { EntryChange, RefusedChange } from './notifications.ts';

/** A child asks its client to have a change made. */
export interface RequestChange extends Message {
  readonly type: 're-mirror.change';
  readonly change: EntryChange;
}
/** What the authority said of a child's change: one of the two is null. */
export interface ChangeOutcome extends Message {
  readonly type: 'change.outcome';
  readonly applied: MapEntry | null;
  readonly refused: RefusedChange | null;
}
/** A client has one more member of the range in suspicion while its re-mirror is under way. */
export interface Suspected extends Message {
  readonly type: 're-mirror.suspected';
  readonly range: number;
  readonly suspect: Replica;
}
/** A child asks which blocks of its range were asked for since a copy was dropped. */
export interface AskTouched extends Message {
  readonly type: 're-mirror.touched';
  readonly range: number;
}
/** These, counted from the start of the range; null when the client does not know. */
export interface Touched extends Message {
  readonly type: 'touched';
  readonly range: number;
  readonly blocks: readonly number[] | null;
}
/** A re-mirror is over; `entry` is the newest it knows. */
export interface ReMirrorEnded extends Message {
  readonly type: 're-mirror.ended';
  readonly range: number;
  /** `gone`: no copy is left anywhere. */
  readonly outcome: 'done' | 'abandoned' | 'gone';
  readonly entry: MapEntry;
}
