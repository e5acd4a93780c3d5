import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hddSpecFromDisksim } from '../../../../scenarios/runner/device/disksim.ts';
import { demeritNs } from '../../../../sim/disk/demerit.ts';
import type { HddSpec } from '../../../../sim/disk/hdd/spec.ts';
import { DrivenDisk } from './driven-disk.ts';

// Two disks with 10,000 requests each and the response time that was measured for each, from the
// validation suite of DiskSim 4.0 (`valid/`). Parameters come from the published descriptions only;
// the phase of the platters is unknown.
const folder = new URL('../../../../../shared/data/disksim/', import.meta.url);
const isAtHand = existsSync(folder);

interface Request {
  readonly op: 'read' | 'write';
  readonly sector: number;
  readonly count: number;
  readonly measuredNs: number;
  /** From its completion to the next request. */
  readonly thinkNs: number;
}

const textOf = (file: string) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') });

function specOf(name: string): HddSpec {
  const reading = hddSpecFromDisksim({
    specs: textOf(`${name}.diskspecs`),
    model: textOf(`${name}.model`),
    seek: textOf(`${name}.seek`),
  });
  if (reading.kind === 'ok') return reading.spec;
  throw new Error(JSON.stringify(reading.problems));
}

function requestsOf(name: string): Request[] {
  const lines = textOf(`${name}.trace`).text.trim().split('\n');
  return lines.map((line) => {
    const [op, , sector, count, serviceUs, thinkUs] = line.trim().split(/\s+/);
    return {
      op: op === 'R' ? 'read' : 'write',
      sector: Number(sector),
      count: Number(count),
      measuredNs: Number(serviceUs) * 1e3,
      thinkNs: Math.round(Number(thinkUs) * 1e3),
    };
  });
}

/** One request at a time, each so long after the one before as its user thought. */
function replay(spec: HddSpec, requests: readonly Request[]): number[] {
  const driven = new DrivenDisk(spec);
  let thinkNs = 0;
  return requests.map((request) => {
    const { op, sector, count } = request;
    const tookNs = driven.took({ op, sector, count, atNs: driven.nowNs + thinkNs });
    thinkNs = request.thinkNs;
    return tookNs;
  });
}

/** The demerit figure as a share of the mean that was measured. */
function demeritShare(spec: HddSpec, requests: readonly Request[]): number {
  const measured = requests.map(({ measuredNs }) => measuredNs);
  const meanNs = measured.reduce((sum, time) => sum + time, 0) / measured.length;
  return demeritNs(measured, replay(spec, requests)) / meanNs;
}

const title = isAtHand ? 'real disks' : 'real disks (left out: no recordings beside the project)';

describe.skipIf(!isAtHand)(title, () => {
  describe.each(['barracuda', 'cheetah9LP'])('%s', (name) => {
    it('has the response times that were measured (demerit at most 10 % of the mean)', () => {
      expect(demeritShare(specOf(name), requestsOf(name))).toBeLessThan(0.1);
    });

    it.each<[string, (spec: HddSpec) => HddSpec]>([
      ['no read-ahead', (spec) => withoutReadAhead(spec)],
      ['writes on the medium', (spec) => ({ ...spec, cache: { ...spec.cache, writeBack: null } })],
      ['half the rotation speed', (spec) => ({ ...spec, rotationNs: 2 * spec.rotationNs })],
      ['seeks twice as long', (spec) => ({ ...spec, seek: longer(spec.seek, 2) })],
    ])('has not with a part modelled wrong (%s)', (_, broken) => {
      expect(demeritShare(broken(specOf(name)), requestsOf(name))).toBeGreaterThan(0.1);
    });
  });
});

function withoutReadAhead(spec: HddSpec): HddSpec {
  const readAhead = { ...spec.cache.readAhead, until: 'none' } as const;
  return { ...spec, cache: { ...spec.cache, readAhead } };
}

function longer(seek: HddSpec['seek'], factor: number): HddSpec['seek'] {
  return seek.map((point) => ({ ...point, seekNs: point.seekNs * factor }));
}
