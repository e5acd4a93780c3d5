// What the options of the map authority must agree on, with each other and with the cluster.
import { authorityRoom, blockBytes } from '../../model/index.ts';
import { nsPerMs } from '../../sim/index.ts';
import { clusterOf } from './build-cluster.ts';
import type { CheckInput } from './checks.ts';
import { quantityText } from './units.ts';

/** Times of its members, its queue, and the room of its log. */
export function checkAuthority(input: CheckInput): void {
  checkTimesOfMembers(input);
  checkQueue(input);
  checkLog(input);
}

// A follower that waits for less than a few heartbeats takes one that is lost for the leader's end.
function checkTimesOfMembers({ text, refuse }: CheckInput): void {
  const { electionTimeout = 500 * nsPerMs, heartbeat = 100 * nsPerMs } = text.topology.authority;
  if (electionTimeout >= 3 * heartbeat) return;
  const found = quantityText('duration', electionTimeout);
  refuse(
    ['topology', 'authority', 'electionTimeout'],
    `expected at least 3 heartbeats of ${quantityText('duration', heartbeat)}, found '${found}'`,
  );
}

// Requests that take no time never wait.
function checkQueue({ text, refuse }: CheckInput): void {
  const { queueMax, serviceTime = 0 } = text.topology.authority;
  if (queueMax === undefined || serviceTime > 0) return;
  refuse(
    ['topology', 'authority', 'queueMax'],
    "expected a 'serviceTime' above 0 beside 'queueMax', found none: requests that take no time " +
      'never wait; write serviceTime: 1ms, or leave queueMax out',
  );
}

// Where a checkpoint may come to have no room, the log fills up for good.
function checkLog({ text, refuse }: CheckInput): void {
  // What clients play, and what devices are, has no bearing on the map.
  const parts = { traces: new Map(), devices: { specs: {} } };
  const { blockCount, leastBlockCount } = authorityRoom(clusterOf({ text, ...parts }));
  if (blockCount >= leastBlockCount) return;
  const found = quantityText('size', blockCount * blockBytes);
  const least = quantityText('size', leastBlockCount * blockBytes);
  refuse(
    ['topology', 'authority', 'log'],
    `expected a log of at least ${least} for checkpoints of this map and of the requests that ` +
      `are remembered, found '${found}'; give it more room, or keep fewer ranges, slots or ` +
      'snapshots',
  );
}
