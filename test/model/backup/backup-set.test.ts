import { describe, expect, it } from 'vitest';
import type { ArchiveSpec } from '../../../model/index.ts';
import { nsPerMs, nsPerSec } from '../../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

const untilNs = 5 * nsPerSec;
const volumes = ['vol-1', 'vol-2'];
const archive: ArchiveSpec = {
  zone: 'az-b',
  device: 'nvme-plp',
  backups: [],
  sets: [{ volumes, everyNs: 400 * nsPerMs, keepCount: 2 }],
};

function setWorld(seed: string) {
  const clients = volumes.map((volume, i) => clientSpec(`client-${i + 1}`, volume));
  return clusterWorld({ seed, untilNs, clients, volumeCount: 2, more: { archive } });
}

describe('volumes that are cut together', () => {
  it('have as many snapshots each, which hold a prefix of all writes', () => {
    const world = setWorld('1');
    runAndSettle(world, untilNs);
    const completed = marks(world, 'snapshot.completed').map(({ facts }) => facts.volume);
    const [one, other] = volumes.map((volume) => completed.filter((of) => of === volume).length);
    expect(one).toBeGreaterThan(5);
    expect(other).toBe(one);
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('set-is-prefix')?.status).toBe('held');
  });

  it('are all cut or none is, wherever a host or who drives it dies', () => {
    const world = setWorld('2');
    plan(world, {
      kind: 'message-jitter',
      atMs: 500,
      forMs: 3_000,
      target: 'backup',
      params: { upTo: 60 * nsPerMs },
    });
    world.scheduleFault({
      kind: 'power-loss',
      atNs: 0,
      trigger: { steps: [{ on: 'mark', name: 'cut.held', nth: 3 }], delayNs: 0, times: 3 },
      forNs: 200 * nsPerMs,
      target: 'host-1',
      params: {},
    });
    runAndSettle(world, untilNs);
    const cutsOf = (name: string, volume: string) =>
      marks(world, name)
        .filter(({ facts }) => facts.volume === volume)
        .map(({ facts }) => String(facts.cut).replace(volume, ''));
    expect(cutsOf('cut.voided', 'vol-1').length).toBeGreaterThan(0);
    expect(cutsOf('cut.voided', 'vol-2')).toEqual(cutsOf('cut.voided', 'vol-1'));
    expect(cutsOf('cut.taken', 'vol-2')).toEqual(cutsOf('cut.taken', 'vol-1'));
    expect(complaints(world)).toEqual([]);
  });
});
