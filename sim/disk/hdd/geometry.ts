// Where a sector is: which cylinder and head, and at which angle of the platter.
//
//   sector --> zone --> spare region --> physical sector of the zone --> cylinder, head, angle
//                       (spares left out)  (slipped left out, bad ones replaced)
//
// Angles are times: how long after a turn of the platter begins the sector's start passes the
// heads, 0 to less than one revolution. Skew turns each track a little further, so that a change of
// heads or cylinders does not miss the next sector. The first sector of a track is turned by
//   offset + trackSkew * (head + (heads - 1) * cylinder) + cylinderSkew * cylinder
// with head and cylinder counted in the order of use, in the zone.
//
// Left out: sectors that slip past the end of their spare region (none do while spares suffice).
import { AssertionError, assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { HddGeometrySpec, HddZoneSpec } from './spec.ts';

/** The place of a sector; the object is reused. */
export interface SectorPlace {
  cylinder: number;
  head: number;
  angleNs: number;
  /** How long a sector takes to pass. */
  sectorNs: number;
  /** How many sectors of the track, bad ones too, come before it. */
  onTrackIndex: number;
  /** This sector and those after it that pass without a gap on the same track; 1 or more. */
  runCount: number;
}

/** An empty place to be filled in by `Geometry.locate`. */
export function sectorPlace(): SectorPlace {
  return { cylinder: 0, head: 0, angleNs: 0, sectorNs: 0, onTrackIndex: 0, runCount: 0 };
}

interface Zone {
  readonly spec: HddZoneSpec;
  readonly endSector: number;
  readonly regionSectors: number;
  readonly regionLbns: number;
  readonly sectorNs: number;
  readonly slipped: Float64Array;
  readonly remappedFrom: Float64Array;
  readonly remappedTo: Float64Array;
}

/** The layout of one disk; never changes, shared by its forks. */
export class Geometry {
  readonly cylinderCount: number;
  readonly sectorCount: number;
  readonly rotationNs: Ns;
  readonly #spec: HddGeometrySpec;
  readonly #zones: readonly Zone[];
  readonly #zoneStart: Float64Array;

  constructor(spec: HddGeometrySpec, rotationNs: Ns) {
    assert(spec.zones.length > 0, 'no zones, expected one or more');
    this.#spec = spec;
    this.rotationNs = rotationNs;
    this.cylinderCount = spec.zones.at(-1)!.lastCylinder + 1;
    this.#zoneStart = new Float64Array(spec.zones.length);
    const zones: Zone[] = [];
    let startSector = 0;
    for (const [index, zone] of spec.zones.entries()) {
      this.#zoneStart[index] = startSector;
      zones.push(builtZone(spec, zone, startSector, rotationNs));
      startSector = zones[index]!.endSector;
    }
    this.#zones = zones;
    assert(
      spec.sectorCount <= startSector,
      `${spec.sectorCount} sectors offered, the zones hold ${startSector}`,
    );
    this.sectorCount = spec.sectorCount;
  }

  /** Fills in where `sector` is. */
  locate(sector: number, place: SectorPlace): void {
    if (!(sector >= 0 && sector < this.sectorCount)) {
      throw new AssertionError(`sector ${sector}, expected 0 to ${this.sectorCount - 1}`);
    }
    const index = lastUpTo(this.#zoneStart, sector);
    const zone = this.#zones[index] as Zone;
    const { spec } = zone;
    const lbn = sector - (this.#zoneStart[index] as number) + spec.reservedSectors;
    const region = Math.floor(lbn / zone.regionLbns);
    const inRegion = lbn - region * zone.regionLbns;
    const front = this.#spec.sparesAtFront ? spec.spareSectors : 0;
    const baseSector = region * zone.regionSectors;
    let physical = baseSector + front + inRegion;
    let runEnd = physical + zone.regionLbns - inRegion;
    if (zone.slipped.length > 0) {
      const first = lastUpTo(zone.slipped, baseSector - 1) + 1;
      const next = nextSlip(zone.slipped, first, physical);
      physical += next - first;
      runEnd += next - first;
      if (next < zone.slipped.length) runEnd = Math.min(runEnd, zone.slipped[next] as number);
    }
    let runCount = runEnd - physical;
    if (zone.remappedFrom.length > 0) {
      const next = lastUpTo(zone.remappedFrom, physical - 1) + 1;
      const from = zone.remappedFrom[next];
      if (from === physical) {
        physical = zone.remappedTo[next] as number;
        runCount = 1;
      } else if (from !== undefined) runCount = Math.min(runCount, from - physical);
    }
    const track = Math.floor(physical / spec.sectorsPerTrack);
    const onTrack = physical - track * spec.sectorsPerTrack;
    runCount = Math.min(runCount, spec.sectorsPerTrack - onTrack, zone.endSector - sector);
    place.runCount = Math.min(runCount, this.sectorCount - sector);
    place.sectorNs = zone.sectorNs;
    place.onTrackIndex = onTrack;
    this.#turn(zone, track, onTrack, place);
  }

  /** The sector after the last one on the track, or the cylinder, of `sector`. */
  endOf(unit: 'track' | 'cylinder', sector: number, place: SectorPlace): number {
    this.locate(sector, place);
    const { cylinder, head } = place;
    let end = sector + place.runCount;
    while (end < this.sectorCount) {
      this.locate(end, place);
      if (place.cylinder !== cylinder) break;
      if (unit === 'track' && place.head !== head) break;
      end += place.runCount;
    }
    return end;
  }

  /** The first sector of a zone. */
  zoneStart(zoneIndex: number): number {
    return this.#zoneStart[zoneIndex] as number;
  }

  #turn(zone: Zone, track: number, onTrack: number, place: SectorPlace): void {
    const { spec } = zone;
    const { headCount, mapping } = this.#spec;
    const cylinder = Math.floor(track / headCount);
    const order = track - cylinder * headCount;
    place.cylinder = spec.firstCylinder + cylinder;
    const turnedBy = mapping === 'serpentine-in-zone' ? cylinder : place.cylinder;
    const isReversed = mapping !== 'cylinder' && turnedBy % 2 === 1;
    place.head = isReversed ? headCount - 1 - order : order;
    const turned =
      spec.offsetSectors +
      spec.trackSkewSectors * (order + (headCount - 1) * cylinder) +
      spec.cylinderSkewSectors * cylinder +
      onTrack;
    place.angleNs = (turned % spec.sectorsPerTrack) * zone.sectorNs;
  }
}

function builtZone(
  spec: HddGeometrySpec,
  zone: HddZoneSpec,
  startSector: number,
  rotationNs: Ns,
): Zone {
  const trackCount = (zone.lastCylinder - zone.firstCylinder + 1) * spec.headCount;
  const zoneSectors = trackCount * zone.sectorsPerTrack;
  const isOneRegion = spec.spareRegionTracks === 0;
  const regionTracks = isOneRegion ? trackCount : spec.spareRegionTracks;
  const regionSectors = regionTracks * zone.sectorsPerTrack;
  const regionLbns = regionSectors - zone.spareSectors;
  const name = `zone from cylinder ${zone.firstCylinder}`;
  assert(trackCount > 0, `${name}: the last cylinder is ${zone.lastCylinder}`);
  assert(regionLbns > 0, `${name}: ${zone.spareSectors} spare of ${regionSectors} sectors`);
  const wholeCount = Math.floor(zoneSectors / regionSectors);
  const restSectors = zoneSectors - wholeCount * regionSectors;
  const lbnCount =
    wholeCount * regionLbns + Math.max(0, restSectors - zone.spareSectors) - zone.reservedSectors;
  assert(lbnCount > 0, `${name}: no sectors are left for data`);
  const remapped = [...zone.remappedSectors].sort((a, b) => a.from - b.from);
  return {
    spec: zone,
    endSector: startSector + lbnCount,
    regionSectors,
    regionLbns,
    sectorNs: rotationNs / zone.sectorsPerTrack,
    slipped: Float64Array.from(zone.slippedSectors).sort(),
    remappedFrom: Float64Array.from(remapped, ({ from }) => from),
    remappedTo: Float64Array.from(remapped, ({ to }) => to),
  };
}

/** The index of the last of the ascending `values` that is at most `limit`; -1 when none is. */
function lastUpTo(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The first slipped sector that does not push the sector at `physical` further. */
function nextSlip(slipped: Float64Array, first: number, physical: number): number {
  let [low, high] = [first, slipped.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slipped[middle] as number) - (middle - first) <= physical) low = middle + 1;
    else high = middle;
  }
  return low;
}
