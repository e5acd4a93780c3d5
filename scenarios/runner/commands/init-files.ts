/** The scenario that `stormcell init` writes. */
export const firstScenario = `version: 1
scenario: first
summary: A zone loses power and a host crashes; no acknowledged write may be lost.
seed: 1
duration: 20s
settle: 60s
topology:
  zones: [az-a, az-b, az-c]
  hosts: { count: 6, device: nvme-plp, slots: 64 }
  volumes:
    - { id: vol-1, size: 16MiB, rangeSize: 4MiB, replicas: 2 }
  authority: { zone: az-c, device: nvme-plp }
network:
  latency: { sameZone: 100us..250us, crossZone: 400us..1ms }
clients:
  - id: client-1
    zone: az-a
    volume: vol-1
    timeout: 5s
    suspect: 3s
    workload: { pattern: randrw, readPct: 50, size: 4KiB, rate: 200/s }
faults:
  schedule:
    - { at: 4s, for: 6s, kind: power-loss, target: zone=az-b role=host }
  random:
    - { kind: crash, count: 0..1, target: host, between: 12s..15s, for: 1s..3s }
expect:
  always: [no-lost-acked-write]
  eventually: [all-operations-settle]
`;

/** The property test that \`stormcell init\` writes: any seed has to hold. */
export const firstProperty = `// Every seed has to hold. Run it with: node --test first.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readScenario, runScenario } from 'stormcell/scenarios';

const reading = readScenario(fileURLToPath(new URL('first.yaml', import.meta.url)));
assert.ok(reading.ok, JSON.stringify(reading.problems));

test('keeps every acknowledged write (any seed)', () => {
  const seeds = fc.noShrink(fc.integer({ min: 1, max: 1_000_000 }));
  const holds = fc.property(seeds, (seed) => {
    const { verdict } = runScenario(reading.value, { seed: String(seed), level: 'hash' });
    assert.notEqual(verdict.status, 'violated', JSON.stringify(verdict.properties));
  });
  fc.assert(holds, { seed: 1, numRuns: 5 });
});
`;
