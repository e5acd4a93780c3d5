// Requests of an upload under way.
import type { Ns } from '../../sim/index.ts';
import type { PutBlocks } from '../messages/archive.ts';
import type { ReadChanges, ReadPast } from '../messages/cuts.ts';
import type { Piece } from './plan.ts';

type Request = ReadChanges | ReadPast | PutBlocks;

/** A request to a host or to the store that has no answer yet. */
export interface Pending {
  readonly to: string;
  readonly request: Request;
  readonly range: number;
  readonly piece: Piece | null;
  sentNs: Ns;
  sendCount: number;
}
