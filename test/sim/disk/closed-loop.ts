import type { IoRequest } from '../../../sim/disk/device.ts';
import { tableDevice } from '../../../sim/disk/make-device.ts';
import type { DeviceProfile } from '../../../sim/disk/profiles.ts';

export interface LoopResult {
  readonly iops: number;
  /** The sum of all response times. */
  readonly latencySumNs: number;
  /** Requests inside, integrated over the run. */
  readonly insideNs: number;
  readonly elapsedNs: number;
}

/**
 * `depth` commands at a time until `ioCount` are done; starts and ends empty. The rate is that
 * of the middle of the run, the sums are over all of it.
 */
export function closedLoop(
  profile: DeviceProfile,
  op: 'read' | 'write',
  depth: number,
  options: { ioCount?: number; blockCount?: number } = {},
): LoopResult {
  const { ioCount = 20_000, blockCount = 1 } = options;
  const device = tableDevice(profile, 1 << 20);
  const stamps = op === 'write' ? { stamps: new Uint32Array(blockCount).fill(1) } : {};
  const due: { slot: number; atNs: number }[] = [];
  const schedule = (slot: number, atNs: number) => {
    const index = due.findLastIndex((other) => other.atNs <= atNs);
    due.splice(index + 1, 0, { slot, atNs });
  };
  const submittedAtNs: number[] = [];
  const middleAtNs: number[] = [];
  let [nowNs, insideNs, latencySumNs, doneCount] = [0, 0, 0, 0];
  const submit = () => {
    const owner = submittedAtNs.push(nowNs) - 1;
    const block = ((owner * 7_919) % 4_096) * blockCount;
    const request: IoRequest = { op, block, blockCount, tag: owner, ...stamps };
    device.submit(request, owner, nowNs, schedule);
  };
  for (let count = 0; count < depth; count += 1) submit();
  for (let next = due.shift(); next !== undefined; next = due.shift()) {
    insideNs += device.inFlightCount * (next.atNs - nowNs);
    nowNs = next.atNs;
    const done = device.complete(next.slot, nowNs, schedule);
    if (done === null) continue;
    const { owner } = done;
    latencySumNs += nowNs - (submittedAtNs[owner] as number);
    doneCount += 1;
    if (doneCount === ioCount / 4 || doneCount === (3 * ioCount) / 4) middleAtNs.push(nowNs);
    if (submittedAtNs.length < ioCount) submit();
  }
  const [startNs = 0, endNs = 0] = middleAtNs;
  return {
    iops: (ioCount / 2 / (endNs - startNs)) * 1e9,
    latencySumNs,
    insideNs,
    elapsedNs: nowNs,
  };
}
