// What a device is, as plain data: what a profile says once units and sources are taken off.
import type { CalibratedSpec } from './calibrated/calibrated-medium.ts';
import type { VolumeSpec } from './cloud/volume-types.ts';
import type { FrontSpec } from './front.ts';
import type { HddSpec } from './hdd/spec.ts';
import type { HostSpec } from './host/submission.ts';
import type { DeviceProfile } from './profiles.ts';
import type { SsdSpec } from './ssd/spec.ts';
import type { XpointSpec } from './ssd/xpoint-medium.ts';
import type { StoreGuarantees } from './store.ts';

/** What stores the blocks, and how long it takes. */
export type MediumSpec =
  /** A mechanical disk. */
  | { readonly kind: 'hdd'; readonly disk: HddSpec }
  /** Flash; `isFull`: written all over once, as a drive in use is. */
  | { readonly kind: 'ssd'; readonly drive: SsdSpec; readonly isFull: boolean }
  /** Memory that is written in place. */
  | { readonly kind: 'xpoint'; readonly drive: XpointSpec }
  /** Known by measured sweeps only. */
  | { readonly kind: 'calibrated'; readonly sweeps: CalibratedSpec }
  /** A volume of a cloud. */
  | { readonly kind: 'cloud'; readonly volume: VolumeSpec }
  /** Fixed times. */
  | { readonly kind: 'table'; readonly profile: DeviceProfile };

/** A device, all numbers resolved. */
export interface DeviceSpec {
  /** The name of the profile it was made from. */
  readonly id: string;
  /** One sentence for listings. */
  readonly summary: string;
  /** The share of its numbers that nobody printed or measured, 0 to 1, where they were counted. */
  readonly assumedShare?: number;
  readonly host: HostSpec;
  readonly front: FrontSpec;
  readonly guarantees: StoreGuarantees;
  readonly medium: MediumSpec;
}
