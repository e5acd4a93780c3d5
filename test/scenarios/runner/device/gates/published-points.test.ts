import { describe, expect, test } from 'vitest';
import { deviceCatalog } from '../../../../../scenarios/runner/device/catalog.ts';
import { diskLaws } from '../../../../../scenarios/runner/device/gates/disk-laws.ts';
import { type GateRow, holds } from '../../../../../scenarios/runner/device/gates/gate.ts';
import { publishedPoints } from '../../../../../scenarios/runner/device/gates/published-points.ts';
import type { DeviceProfileFile } from '../../../../../scenarios/runner/device/profile.ts';

const profileOf = (name: string) => deviceCatalog()[name]!.profile();
const missed = (rows: readonly GateRow[]) =>
  rows.filter((row) => !holds(row)).map(({ what, found }) => `${what}: ${found}`);

describe('G4: published points of a drive', () => {
  const profile = profileOf('intel-s4510');

  test('come out of its profile', () => {
    const rows = publishedPoints(profile);
    expect(rows.map(({ what }) => what)).toContain('intel-s4510 randread 4k QD32 iops');
    expect(missed(rows)).toEqual([]);
  });

  test('do not, when its controller is half as fast', () => {
    const { spec } = profile;
    if (spec.medium.kind !== 'ssd') throw new Error('expected a solid-state drive');
    const { drive } = spec.medium;
    const controller = { ...drive.controller, readNs: 2 * drive.controller.readNs };
    const medium = { ...spec.medium, drive: { ...drive, controller } };
    const broken = publishedPoints({ ...profile, spec: { ...spec, medium } });
    expect(missed(broken)).not.toEqual([]);
  });

  test('measure one load once, and each quantity of it', () => {
    const point = profile.validation[0]!;
    const twice: DeviceProfileFile = {
      ...profile,
      validation: [point, { ...point, expect: { meanNs: 1, p99PerMean: 1 } }],
    };
    const rows = publishedPoints(twice, { countMax: 500 });
    expect(rows.map(({ unit }) => unit)).toEqual(['io/s', 'ns', 'of the mean']);
  });

  test('that are known misfits are shown and judged by nothing', () => {
    const point = { ...profile.validation[0]!, role: 'misfit' as const, expect: { iops: 1 } };
    const rows = publishedPoints({ ...profile, validation: [point] }, { countMax: 500 });
    expect(missed(rows)).toEqual([]);
    expect(rows[0]!.note).toMatch(/^misfit/);
  });
});

describe('G1: laws of an arm', () => {
  const profile = profileOf('hgst-7k4000');

  test('hold for a disk of the catalog', () => {
    const rows = diskLaws([profile], 1_500);
    expect(rows.length).toBe(3);
    expect(missed(rows)).toEqual([]);
  });

  test('do not, when it serves commands in the order they come', () => {
    const { spec } = profile;
    if (spec.medium.kind !== 'hdd') throw new Error('expected a disk');
    const disk = { ...spec.medium.disk, scheduling: { policy: 'fcfs', ageWeight: 0 } } as const;
    const rows = diskLaws(
      [{ ...profile, spec: { ...spec, medium: { kind: 'hdd', disk } } }],
      1_000,
    );
    expect(missed(rows).join()).toContain('gain of 32 in flight');
  });

  test('need a disk', () => {
    expect(diskLaws([profileOf('null')], 100)).toEqual([]);
  });
});
