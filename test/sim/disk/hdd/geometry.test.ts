import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { Geometry, sectorPlace } from '../../../../sim/disk/hdd/geometry.ts';
import type { HddGeometrySpec } from '../../../../sim/disk/hdd/spec.ts';
import { sectorsOf, zone } from './disks.ts';

const rotationNs = 1_000_000;

function spec(more: Partial<HddGeometrySpec> = {}): HddGeometrySpec {
  const { zones = [zone(0, 9, 10)], headCount = 2 } = more;
  return {
    sectorCount: sectorsOf(zones, headCount),
    headCount,
    mapping: 'cylinder',
    spareRegionTracks: 0,
    sparesAtFront: false,
    zones,
    ...more,
  };
}

/** Cylinder, head and the sector the angle is that of, before turning by the skew of the track. */
function placeOf(geometry: Geometry, sector: number): [number, number, number] {
  const place = sectorPlace();
  geometry.locate(sector, place);
  return [place.cylinder, place.head, Math.round(place.angleNs / place.sectorNs)];
}

function runOf(geometry: Geometry, sector: number): number {
  const place = sectorPlace();
  geometry.locate(sector, place);
  return place.runCount;
}

describe('the place of a sector', () => {
  it('goes along the track, then the heads, then the cylinders', () => {
    const geometry = new Geometry(spec(), rotationNs);
    expect(placeOf(geometry, 0)).toEqual([0, 0, 0]);
    expect(placeOf(geometry, 9)).toEqual([0, 0, 9]);
    expect(placeOf(geometry, 10)).toEqual([0, 1, 0]);
    expect(placeOf(geometry, 20)).toEqual([1, 0, 0]);
    expect(placeOf(geometry, 199)).toEqual([9, 1, 9]);
  });

  it('turns by track skew within a cylinder and by cylinder skew after it', () => {
    const skewed = zone(0, 9, 10, { trackSkewSectors: 3, cylinderSkewSectors: 4 });
    const geometry = new Geometry(spec({ zones: [skewed], sectorCount: 200 }), rotationNs);
    expect(placeOf(geometry, 10)).toEqual([0, 1, 3]);
    expect(placeOf(geometry, 20)).toEqual([1, 0, 7]);
    expect(placeOf(geometry, 30)).toEqual([1, 1, 0]);
  });

  it('begins at the offset of its zone, after what the zone reserves', () => {
    const zones = [zone(0, 4, 10), zone(6, 9, 5, { offsetSectors: 2, reservedSectors: 3 })];
    const geometry = new Geometry(spec({ zones, sectorCount: 137 }), rotationNs);
    expect(placeOf(geometry, 99)).toEqual([4, 1, 9]);
    expect(placeOf(geometry, 100)).toEqual([6, 0, 0]);
    expect(runOf(geometry, 100)).toBe(2);
    expect(placeOf(geometry, 102)).toEqual([6, 1, 2]);
  });

  it.each([
    ['cylinder', [0, 1, 0, 1, 0, 1]],
    ['serpentine-in-zone', [0, 1, 1, 0, 0, 1]],
    ['serpentine', [1, 0, 0, 1, 1, 0]],
  ] as const)('takes the heads in the order of the mapping (%s)', (mapping, heads) => {
    const zones = [zone(3, 9, 10)];
    const geometry = new Geometry(spec({ zones, mapping }), rotationNs);
    const tracks = heads.map((_, track) => placeOf(geometry, track * 10)[1]);
    expect(tracks).toEqual(heads);
  });

  it('leaves out slipped sectors, and those after them move on', () => {
    const zones = [zone(0, 9, 10, { spareSectors: 4, slippedSectors: [3, 4, 10] })];
    const geometry = new Geometry(spec({ zones, sectorCount: 196 }), rotationNs);
    expect(placeOf(geometry, 2)).toEqual([0, 0, 2]);
    expect(placeOf(geometry, 3)).toEqual([0, 0, 5]);
    expect(placeOf(geometry, 7)).toEqual([0, 0, 9]);
    expect(placeOf(geometry, 8)).toEqual([0, 1, 1]);
    expect([0, 3, 8].map((sector) => runOf(geometry, sector))).toEqual([3, 5, 9]);
  });

  it('keeps spare sectors at the end of each region, or at its front', () => {
    const zones = [zone(0, 9, 10, { spareSectors: 3, slippedSectors: [5, 25] })];
    const region = { zones, spareRegionTracks: 2, sectorCount: 170 };
    const atEnd = new Geometry(spec(region), rotationNs);
    expect(placeOf(atEnd, 16)).toEqual([0, 1, 7]);
    expect(placeOf(atEnd, 17)).toEqual([1, 0, 0]);
    expect(placeOf(atEnd, 22)).toEqual([1, 0, 6]);
    const atFront = new Geometry(spec({ ...region, sparesAtFront: true }), rotationNs);
    expect(placeOf(atFront, 0)).toEqual([0, 0, 3]);
    expect(placeOf(atFront, 17)).toEqual([1, 0, 3]);
  });

  it('is elsewhere for a remapped sector, alone', () => {
    const zones = [zone(0, 9, 10, { remappedSectors: [{ from: 4, to: 195 }] })];
    const geometry = new Geometry(spec({ zones, sectorCount: 190 }), rotationNs);
    expect(placeOf(geometry, 4)).toEqual([9, 1, 5]);
    expect([0, 4, 5].map((sector) => runOf(geometry, sector))).toEqual([4, 1, 5]);
  });

  it('is refused outside the disk', () => {
    const geometry = new Geometry(spec(), rotationNs);
    expect(() => placeOf(geometry, 200)).toThrow('sector 200, expected 0 to 199');
    expect(() => placeOf(geometry, -1)).toThrow('sector -1');
    expect(() => new Geometry(spec({ sectorCount: 201 }), rotationNs)).toThrow(
      '201 sectors offered, the zones hold 200',
    );
  });
});

describe('ends', () => {
  it('are those of the track and of the cylinder, slipped sectors or not', () => {
    const zones = [zone(0, 9, 10, { spareSectors: 4, slippedSectors: [3] })];
    const geometry = new Geometry(spec({ zones, sectorCount: 196 }), rotationNs);
    const place = sectorPlace();
    expect(geometry.endOf('track', 1, place)).toBe(9);
    expect(geometry.endOf('cylinder', 1, place)).toBe(19);
    expect(geometry.endOf('track', 195, place)).toBe(196);
  });
});

const badSets = fc.uniqueArray(fc.nat(199), { maxLength: 12 }).map((set) => set.sort(byNumber));

function byNumber(a: number, b: number): number {
  return a - b;
}

describe('any layout', () => {
  test.prop([badSets, fc.constantFrom(0, 1, 2, 4), fc.boolean()])(
    'puts each sector in a place of its own, never in a slipped one',
    (slippedSectors, spareRegionTracks, isSerpentine) => {
      const tracks = spareRegionTracks === 0 ? 20 : spareRegionTracks;
      const perRegion = slippedSectors.map((sector) => Math.floor(sector / (tracks * 10)));
      const spareSectors = Math.max(0, ...countsOf(perRegion));
      fc.pre(spareSectors < tracks * 10);
      const sectorCount = (20 / tracks) * (tracks * 10 - spareSectors);
      const zones = [zone(0, 9, 10, { spareSectors, slippedSectors })];
      const mapping = isSerpentine ? 'serpentine' : 'cylinder';
      const geometry = new Geometry(
        spec({ zones, sectorCount, spareRegionTracks, mapping }),
        rotationNs,
      );
      const taken = new Set<number>();
      for (let sector = 0; sector < sectorCount; sector += 1) {
        const [cylinder, head, onTrack] = placeOf(geometry, sector);
        const order = isSerpentine && cylinder % 2 === 1 ? 1 - head : head;
        taken.add((cylinder * 2 + order) * 10 + onTrack);
      }
      expect(taken.size).toBe(sectorCount);
      expect(slippedSectors.filter((sector) => taken.has(sector))).toEqual([]);
    },
  );

  test.prop([badSets, fc.nat(180)])(
    'has runs whose sectors follow each other on one track',
    (slippedSectors, sector) => {
      const zones = [zone(0, 9, 10, { spareSectors: 12, slippedSectors })];
      const geometry = new Geometry(spec({ zones, sectorCount: 188 }), rotationNs);
      const [cylinder, head, onTrack] = placeOf(geometry, sector);
      const runCount = runOf(geometry, sector);
      for (let offset = 0; offset < runCount; offset += 1) {
        expect(placeOf(geometry, sector + offset)).toEqual([cylinder, head, onTrack + offset]);
      }
      if (sector + runCount === 188) return;
      const next = placeOf(geometry, sector + runCount);
      expect(next).not.toEqual([cylinder, head, onTrack + runCount]);
    },
  );
});

function countsOf(values: readonly number[]): number[] {
  return values.map((value) => values.filter((other) => other === value).length);
}
