// How somebody who holds no volume reads the map, page by page.
import type { Message } from '../../sim/index.ts';
import type { MapEntry, VolumeId } from '../map-entry.ts';

/** What does the map say of a volume, from a range on? */
export interface Survey extends Message {
  readonly type: 'survey';
  readonly volume: VolumeId;
  readonly firstRange: number;
}

/** A page of the map, all of one version, and who may change it: the session that holds it. */
export interface Surveyed extends Message {
  readonly type: 'surveyed';
  readonly volume: VolumeId;
  readonly firstRange: number;
  readonly session: number;
  readonly mapVersion: number;
  readonly rangeCount: number;
  readonly replicaCount: number;
  readonly entries: readonly MapEntry[];
}
