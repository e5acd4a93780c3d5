// What is measured of a run of the block store: numbers that scenarios put thresholds on and that
// verdict and report show. Each meter folds the record; model/measures holds one idea a file.
import type { MeasureWord, Meter } from '../sim/index.ts';
import { authorityOutages } from './measures/authority-outages.ts';
import { blastRadius } from './measures/blast-radius.ts';
import { counts } from './measures/counts.ts';
import { mapStaleness } from './measures/map-staleness.ts';
import { messages } from './measures/messages.ts';
import { orphanSlots } from './measures/orphan-slots.ts';
import { reMirrors } from './measures/re-mirrors.ts';
import { redundancy } from './measures/redundancy.ts';
import { volumeWaits } from './measures/volume-waits.ts';

/** The meters of the block store; a measure is an entry of one of them. */
export const meters: readonly Meter[] = [
  volumeWaits,
  redundancy,
  reMirrors,
  mapStaleness,
  authorityOutages,
  orphanSlots,
  blastRadius,
  counts,
  messages,
];

/** Every measure by its name, in the order of the meters. */
export const measures: Readonly<Record<string, MeasureWord>> = Object.fromEntries(
  meters.flatMap((meter) => Object.entries(meter.measures)),
);
