import { defaultNetwork, lognormalTable, type NetworkSpec, uniformTable } from '../../sim/index.ts';
import type { LatencySpec, ScenarioNetwork } from './scenario.ts';

/** The wires of a scenario as the kernel takes them. */
export function kernelNetwork(network: ScenarioNetwork): NetworkSpec {
  return {
    ...defaultNetwork,
    sameZone: latencyTable(network.sameZone),
    crossZone: latencyTable(network.crossZone),
    bandwidthBitsPerSec: network.bandwidthBitsPerSec,
    lossPpm: ppm(network.dropShare),
    duplicatePpm: ppm(network.duplicateShare),
    reorderPpm: ppm(network.reorderShare),
  };
}

function latencyTable(latency: LatencySpec) {
  return latency.kind === 'uniform'
    ? uniformTable(latency.minNs, latency.maxNs)
    : lognormalTable({ p50Ns: latency.p50Ns, p99Ns: latency.p99Ns });
}

function ppm(share: number): number {
  return Math.round(share * 1_000_000);
}
