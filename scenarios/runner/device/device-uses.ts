// Which devices the machines of a cluster have, for the verdict.
import type { ClusterSpec } from '../../../model/index.ts';
import type { DeviceUse } from '../../../sim/index.ts';

/** Each device by name, with the number of machines that have one. */
export function devicesOf({
  hosts,
  authority,
  archive,
  devices,
}: ClusterSpec): readonly DeviceUse[] {
  const counts = new Map<string, number>();
  for (const { device } of [...hosts, authority, ...(archive === undefined ? [] : [archive])]) {
    counts.set(device, (counts.get(device) ?? 0) + 1);
  }
  const names = [...counts.keys()].sort();
  return names.map((name) => {
    const { id, summary, assumedShare } = devices[name]!;
    const use = { name, profile: id, summary, machineCount: counts.get(name)! };
    return assumedShare === undefined ? use : { ...use, assumedShare };
  });
}
