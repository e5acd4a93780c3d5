import { expect, it } from 'vitest';
import { runScenario } from '../../../../scenarios/runner/index.ts';
import { nsPerSec } from '../../../../sim/index.ts';
import { readShipped } from '../../../support/shipped.ts';

it('a verdict tells the devices of hosts and authority, with their assumed share', () => {
  const scenario = readShipped('one-bad-disk');
  const short = {
    ...scenario,
    durationNs: nsPerSec,
    settleNs: nsPerSec,
    cluster: { ...scenario.cluster, workloadUntilNs: nsPerSec },
    faults: [],
  };
  const { devices } = runScenario(short, { level: 'off' }).verdict;
  expect(devices?.map(({ name, profile, machineCount }) => [name, profile, machineCount])).toEqual([
    ['nvme-consumer', 'samsung-970-evo', 6],
    ['nvme-plp', 'samsung-pm9a3', 1],
  ]);
  for (const { assumedShare } of devices ?? []) {
    expect(assumedShare).toBeGreaterThan(0);
    expect(assumedShare).toBeLessThan(1);
  }
});
