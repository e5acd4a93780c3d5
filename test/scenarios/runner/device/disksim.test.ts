import { describe, expect, it } from 'vitest';
import { hddSpecFromDisksim } from '../../../../scenarios/runner/device/disksim.ts';
import { hdd } from '../../../../sim/disk/hdd/hdd.ts';
import { filesOf, model, seek, specOf, specs, textsOf } from './disksim-sample.ts';

const problemsWith = (changes: Parameters<typeof filesOf>[0]) =>
  textsOf(hddSpecFromDisksim(filesOf(changes)));

describe('a disk in the words of DiskSim', () => {
  const spec = specOf(filesOf());

  it('gives its geometry: zones, skews, spare regions, bad sectors', () => {
    const { zones, ...geometry } = spec.geometry;
    expect(geometry).toEqual({
      sectorCount: 5_000,
      headCount: 2,
      mapping: 'cylinder',
      spareRegionTracks: 10,
      sparesAtFront: false,
    });
    expect(zones[0]).toEqual({
      firstCylinder: 0,
      lastCylinder: 19,
      sectorsPerTrack: 100,
      trackSkewSectors: 37,
      cylinderSkewSectors: 52,
      offsetSectors: 2,
      reservedSectors: 0,
      spareSectors: 20,
      slippedSectors: [7, 40],
      remappedSectors: [{ from: 9, to: 990 }],
    });
    expect(zones[1]).toMatchObject({ firstCylinder: 20, sectorsPerTrack: 80, slippedSectors: [] });
  });

  it('gives its mechanics in ns', () => {
    expect(spec.rotationNs).toBe(10_000_000);
    expect(spec.headSwitchNs).toBe(100_000);
    expect(spec.writeSettleNs).toBe(250_000);
    expect(spec.transferNsPerSector).toBe(134_000);
    expect(spec.seek).toEqual([
      { cylinderCount: 1, seekNs: 1_943_000 },
      { cylinderCount: 29, seekNs: 16_500_000 },
    ]);
    expect([spec.isZeroLatencyRead, spec.isZeroLatencyWrite]).toEqual([false, true]);
  });

  it('gives its cache', () => {
    expect(spec.cache).toEqual({
      segmentCount: 3,
      segmentSectors: 281,
      isReadCache: true,
      keepsPassed: false,
      isFirstForWrites: false,
      keepsWritten: true,
      readAhead: {
        until: 'segment',
        sectorCountMax: 280,
        isOverRequested: true,
        isAfterHit: false,
      },
      writeBack: { segmentCountMax: 1, highShare: 0, isDrainedFirst: true },
    });
  });

  it('gives its processing times, scaled', () => {
    expect(spec.overhead).toEqual({
      readHitAfterReadNs: 200_000,
      readHitAfterWriteNs: 400_000,
      readMissAfterReadNs: 600_000,
      readMissAfterWriteNs: 800_000,
      writeHitAfterReadNs: 1_000_000,
      writeHitAfterWriteNs: 1_200_000,
      writeMissAfterReadNs: 1_400_000,
      writeMissAfterWriteNs: 1_600_000,
      readCompletionNs: 20_000,
      writeCompletionNs: 40_000,
    });
  });

  it('runs: every sector it offers has a place', () => {
    const place = { cylinder: 0, head: 0, angleNs: 0, sectorNs: 0, onTrackIndex: 0, runCount: 0 };
    const { geometry } = hdd(spec);
    for (let sector = 0; sector < 5_000; sector += 1) geometry.locate(sector, place);
    expect(place.cylinder).toBe(26);
  });
});

describe('what a disk may also say', () => {
  const withSpecs = (from: string, to: string) =>
    specOf(filesOf({ specs: specs.replace(from, to) }));
  const withModel = (from: string, to: string) =>
    specOf(filesOf({ model: model.replace(from, to) }));

  it('is that writes reach the medium first', () => {
    const { cache } = withSpecs('Fast write level = 1', 'Fast write level = 0');
    expect(cache.writeBack).toBeNull();
  });

  it('is that it does not cache', () => {
    const { cache } = withSpecs('Enable caching in buffer = 1', 'Enable caching in buffer = 0');
    expect(cache.isReadCache).toBe(false);
  });

  it.each(['none', 'track', 'cylinder', 'segment', 'stream'] as const)(
    'is how far it reads on (%s)',
    (until) => {
      const number = ['none', 'track', 'cylinder', 'segment', 'stream'].indexOf(until);
      const { cache } = withSpecs('continuous read = 3', `continuous read = ${number}`);
      expect(cache.readAhead.until).toBe(until);
    },
  );

  it('is that writes have a segment, and that what passes first is kept', () => {
    const more = 'Use separate write segment = 1, Read any free blocks = 1, Enable';
    const { cache } = withSpecs('Enable', more);
    expect([cache.isFirstForWrites, cache.keepsPassed]).toEqual([true, true]);
  });

  it('is a reselection of the host, for those that wait for the medium', () => {
    const { overhead } = withSpecs('Enable', 'First reselect overhead = 1, Enable');
    expect(overhead.readHitAfterReadNs).toBe(200_000);
    expect(overhead.readMissAfterReadNs).toBe(2_600_000);
    expect(overhead.writeHitAfterReadNs).toBe(1_000_000);
    expect(overhead.writeMissAfterReadNs).toBe(3_400_000);
  });

  it('is a command overhead of its own for writes that disconnect', () => {
    const extra = `Extra write disconnect = 1, Extradisc command overhead = 1.5,
      Extradisc inter-disconnect delay = 0.5, Enable`;
    const { overhead } = withSpecs('Enable', extra);
    expect([overhead.writeHitAfterReadNs, overhead.writeMissAfterWriteNs]).toEqual([4e6, 4e6]);
    expect(overhead.readHitAfterReadNs).toBe(200_000);
  });

  it.each([
    [0, { spareRegionTracks: 0 }],
    [2, { spareRegionTracks: 2 }],
    [3, { spareRegionTracks: 1 }],
    [5, { spareRegionTracks: 2, sparesAtFront: true }],
    [9, { spareRegionTracks: 0 }],
  ])('is another way to spare sectors (scheme %i)', (scheme, expected) => {
    const { geometry } = withModel('Sparing scheme used = 8', `Sparing scheme used = ${scheme}`);
    expect(geometry).toMatchObject(expected);
  });

  it('is that whole tracks are spare and bad', () => {
    const { geometry } = withModel('Sparing scheme used = 8', 'Sparing scheme used = 1');
    expect(geometry.zones[0]!.spareSectors).toBe(2_000);
    expect(geometry.zones[0]!.slippedSectors.slice(0, 2)).toEqual([700, 701]);
    expect(geometry.zones[0]!.slippedSectors).toHaveLength(200);
  });

  it('is skew in revolutions', () => {
    const { geometry } = withModel(
      'Skew for track switch = 37',
      'Skew units = revolutions, Skew for track switch = 0.4, other = 37',
    );
    expect(geometry.zones[0]!.trackSkewSectors).toBe(40);
  });

  it('is more blocks than its zones hold: those they hold are offered', () => {
    const { geometry } = withModel('Block count = 5000', 'Block count = 9999');
    expect(geometry.sectorCount).toBe(4 * 980 + 2 * 780);
  });
});

describe('bad input', () => {
  it.each([
    [
      'Fast write level = 1',
      'Fast write level = 5',
      ["some.diskspecs:16:23: 'Fast write level': 5, expected a whole number from 0 to 2"],
    ],
    [
      'Segment size (in blks) = 281',
      'Segment size (in blks) = many',
      ["some.diskspecs:10:29: 'Segment size (in blks)': expected a whole number from 1"],
    ],
    [
      'Number of buffer segments = 3,',
      '',
      ["some.diskspecs:2:1: no 'Number of buffer segments' in disksim_disk SOME_DISK"],
    ],
    [
      'Buffer continuous read = 3,',
      'Buffer continuous read = 3',
      ["some.diskspecs:13:30: expected a comma or }, '=' stands here"],
    ],
    [
      'disksim_disk SOME',
      'disksim_bus SOME',
      ["some.diskspecs:2:1: expected a block disksim_disk, found 'disksim_bus'"],
    ],
    ['} # the end', '', ['some.diskspecs:30:1: expected a comma or }, the file ends']],
    [
      '} # the end',
      '} }',
      ["some.diskspecs:29:3: expected the end of the file after the block, '}' stands here"],
    ],
    [
      'Fast write level = 1,',
      'Fast write level = 1, Fast write level = 2,',
      ["some.diskspecs:16:26: 'Fast write level' stands here a second time"],
    ],
  ])('is named with its place in the specs (%s)', (from, to, expected) => {
    expect(problemsWith({ specs: specs.replace(from, to) })).toEqual(expected);
  });

  it.each([
    [
      'Seek type = extracted',
      'Seek type = extraced',
      [
        "some.model:38:19: 'Seek type': unknown value 'extraced', expected one of extracted, " +
          "linear, curve, hpl, hplplus10, constant; did you mean 'extracted'?",
      ],
    ],
    ['slips = [ 40, 7 ]', 'slips = 40', ["some.model:19:21: 'slips': expected a list [ ... ]"]],
    [
      'defects = [ 9, 990 ]',
      'defects = [ 9 ]',
      ["some.model:10:10: 'defects' has 1 numbers, expected pairs"],
    ],
    [
      'Last cylinder number = 29',
      'Last cylinder number = 19',
      ["some.model:24:36: 'Last cylinder number': 19, expected a whole number from 20"],
    ],
    [
      'dm_layout_g1 {',
      'dm_layout_g4 {',
      ["some.model:5:19: expected dm_layout_g1, found 'dm_layout_g4'"],
    ],
    [
      'Rotation speed (in rpms) = 6000',
      'Rotation speed (in rpms) = 0',
      ["some.model:42:34: 'Rotation speed (in rpms)': 0, expected a number from 1"],
    ],
  ])('is named with its place in the model (%s)', (from, to, expected) => {
    expect(problemsWith({ model: model.replace(from, to) })).toEqual(expected);
  });

  it.each([
    [
      '1,\t1.94300',
      '1;\t1.94300',
      [
        'some.seek:1:1: 2 distances promised, 1 found',
        "some.seek:2:1: '1;\t1.94300', expected a number of cylinders, a comma and milliseconds",
      ],
    ],
    [
      '29,',
      '1,',
      [
        'some.seek:1:1: 2 distances promised, 1 found',
        'some.seek:3:1: distance 1 after 1, expected them to ascend from 1',
      ],
    ],
  ])('is named with its line of the seek curve (%s)', (from, to, expected) => {
    expect(problemsWith({ seek: seek.replace(from, to) })).toEqual(expected);
  });

  it('is a measured curve that is not there', () => {
    const { seek: _, ...rest } = filesOf();
    expect(textsOf(hddSpecFromDisksim(rest))).toEqual([
      'some.model:36:23: a measured seek curve is named, no file of it is given',
    ]);
  });
});
