// What a client and the re-mirrors on its node say to each other.
import type { Message } from '../../sim/index.ts';
import type { MapEntry } from '../map-entry.ts';
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
/** A re-mirror is over; `entry` is the newest it knows. */
export interface ReMirrorEnded extends Message {
  readonly type: 're-mirror.ended';
  readonly range: number;
  /** `gone`: no copy is left anywhere. */
  readonly outcome: 'done' | 'abandoned' | 'gone';
  readonly entry: MapEntry;
}
