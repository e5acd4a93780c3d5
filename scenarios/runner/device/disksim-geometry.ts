// The layout of a DiskSim disk: zones, spare and bad sectors (dm_layout_g1).
import type { HddGeometrySpec, HddZoneSpec } from '../../../sim/index.ts';
import type { DisksimFields } from './disksim-fields.ts';

/** `LBN-to-PBN mapping scheme`, by its number. */
const mappings = [
  'cylinder',
  'serpentine-in-zone',
  'serpentine',
] as const satisfies readonly HddGeometrySpec['mapping'][];

/**
 * `Sparing scheme used`, by its number: what shares its spare sectors. Of the schemes that slip to
 * the end of the zone (4, 6, 10) and those that do not (2, 5, 9) the same sectors are spare; where
 * a sector slips to differs by less than the spares of a cylinder, which is left out. 7 has no
 * spares before the end of the disk.
 */
const sparing = [
  { region: 'zone' },
  { region: 'zone', unit: 'track' },
  { region: 'cylinder' },
  { region: 'track' },
  { region: 'cylinder' },
  { region: 'cylinder', isAtFront: true },
  { region: 'cylinder', isAtFront: true },
  { region: 'zone' },
  { region: 'range' },
  { region: 'zone' },
  { region: 'zone' },
] as const;

const wholeFromZero = { min: 0, isWhole: true } as const;

/** The geometry of a `dm_disk` block and its layout block. */
export function geometryOf(model: DisksimFields, layout: DisksimFields): HddGeometrySpec {
  if (layout.block.type !== 'dm_layout_g1') {
    layout.problem(layout.block, `expected dm_layout_g1, found '${layout.block.type}'`);
  }
  const headCount = model.number('Number of data surfaces', { min: 1, isWhole: true });
  const scheme = layout.number('Sparing scheme used', { min: 0, max: 10, isWhole: true });
  const rangeCylinders = layout.number('Rangesize for sparing', { ...wholeFromZero, missing: 1 });
  const { region, ...rest } = sparing[scheme] ?? sparing[0];
  const tracks = { zone: 0, track: 1, cylinder: headCount, range: headCount * rangeCylinders };
  const isTrackUnit = 'unit' in rest;
  const units = layout.word('Skew units', ['sectors', 'revolutions'], 'sectors');
  const zones = layout.children('Zones').map((zone) => zoneOf(zone, isTrackUnit, units));
  if (zones.length === 0) layout.problem(layout.block, 'no zones, expected one or more');
  const mapping = layout.number('LBN-to-PBN mapping scheme', { min: 0, max: 2, isWhole: true });
  const spareRegionTracks = tracks[region];
  const mappedCount = zones.reduce(
    (sum, zone) => sum + dataSectors(zone, headCount, spareRegionTracks),
    0,
  );
  const blockCount = model.number('Block count', { min: 1, isWhole: true });
  return {
    // A file may promise more blocks than its zones hold.
    sectorCount: Math.min(blockCount, mappedCount),
    headCount,
    mapping: mappings[mapping] ?? 'cylinder',
    spareRegionTracks,
    sparesAtFront: 'isAtFront' in rest,
    zones,
  };
}

function zoneOf(zone: DisksimFields, isTrackUnit: boolean, layoutUnits: string): HddZoneSpec {
  const firstCylinder = zone.number('First cylinder number', wholeFromZero);
  const lastCylinder = zone.number('Last cylinder number', { min: firstCylinder, isWhole: true });
  const sectorsPerTrack = zone.number('Blocks per track', { min: 1, isWhole: true });
  const units = zone.word(
    'Skew units',
    ['sectors', 'revolutions'],
    layoutUnits === 'revolutions' ? 'revolutions' : 'sectors',
  );
  const perUnit = units === 'revolutions' ? sectorsPerTrack : 1;
  const skew = (key: string) => perUnit * zone.number(key, { min: 0, missing: 0 });
  const perSpare = isTrackUnit ? sectorsPerTrack : 1;
  const slips = zone.numbers('slips', wholeFromZero);
  const pairs = zone.numbers('defects', wholeFromZero);
  if (pairs.length % 2 === 1) {
    zone.problem(zone.block, `'defects' has ${pairs.length} numbers, expected pairs`);
  }
  const wide = (start: number) =>
    Array.from({ length: perSpare }, (_, index) => start * perSpare + index);
  return {
    firstCylinder,
    lastCylinder,
    sectorsPerTrack,
    trackSkewSectors: skew('Skew for track switch'),
    cylinderSkewSectors: skew('Skew for cylinder switch'),
    offsetSectors: skew('Offset of first block'),
    reservedSectors: zone.number('Empty space at zone front', wholeFromZero),
    spareSectors: perSpare * zone.number('Number of spares', wholeFromZero),
    slippedSectors: slips.flatMap(wide).sort((a, b) => a - b),
    remappedSectors: pairs.flatMap((from, index) => {
      const to = pairs[index + 1];
      if (index % 2 === 1 || to === undefined) return [];
      const targets = wide(to);
      return wide(from).map((sector, offset) => ({ from: sector, to: targets[offset] ?? to }));
    }),
  };
}

function dataSectors(zone: HddZoneSpec, headCount: number, regionTracks: number): number {
  const trackCount = (zone.lastCylinder - zone.firstCylinder + 1) * headCount;
  const tracks = regionTracks === 0 ? trackCount : regionTracks;
  const restTracks = trackCount % tracks;
  const whole = (trackCount - restTracks) / tracks;
  const perRegion = tracks * zone.sectorsPerTrack - zone.spareSectors;
  const rest = Math.max(0, restTracks * zone.sectorsPerTrack - zone.spareSectors);
  return whole * perRegion + rest - zone.reservedSectors;
}
