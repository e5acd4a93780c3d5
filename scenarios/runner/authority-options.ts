// How the map authority keeps the map, from the file to the model and back. What a file leaves out
// stays out: the model has its defaults.
import type { AuthoritySpec, ReceiptLevel } from '../../model/index.ts';
import type { ScenarioInput, ScenarioText } from './schema.ts';
import { quantityText } from './units.ts';

type AuthorityText = ScenarioText['topology']['authority'];
type AuthorityInput = ScenarioInput['topology']['authority'];

/** What a file says. */
export function authorityOf(text: AuthorityText): AuthoritySpec {
  const { zone, device, receipts, checkpointEvery, log, portion, prefetch, serviceTime, lease } =
    text;
  const { members, electionTimeout, heartbeat, queueMax } = text;
  return {
    zone,
    device,
    ...(members === undefined ? {} : { members }),
    ...(electionTimeout === undefined ? {} : { electionTimeoutNs: electionTimeout }),
    ...(heartbeat === undefined ? {} : { heartbeatNs: heartbeat }),
    ...(receipts === undefined ? {} : { receipts: receipts as ReceiptLevel }),
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    ...(log === undefined ? {} : { logBytes: log }),
    ...(portion === undefined ? {} : { portionEntryMax: portion }),
    ...(prefetch === undefined ? {} : { prefetchCount: prefetch }),
    ...(serviceTime === undefined ? {} : { serviceTimeNs: serviceTime }),
    ...(queueMax === undefined ? {} : { queueMax }),
    ...(lease === undefined ? {} : { leaseNs: lease }),
  };
}

/** The same as a file says it. */
export function authorityInput(spec: AuthoritySpec): AuthorityInput {
  const { zone, device, receipts, checkpointEvery, logBytes } = spec;
  const { portionEntryMax, prefetchCount, serviceTimeNs, leaseNs } = spec;
  const { members, electionTimeoutNs, heartbeatNs, queueMax } = spec;
  return {
    zone,
    device,
    ...(members === undefined ? {} : { members: members as 1 | 3 | 5 }),
    ...(electionTimeoutNs === undefined
      ? {}
      : { electionTimeout: quantityText('duration', electionTimeoutNs) }),
    ...(heartbeatNs === undefined ? {} : { heartbeat: quantityText('duration', heartbeatNs) }),
    ...(receipts === undefined ? {} : { receipts }),
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    ...(logBytes === undefined ? {} : { log: quantityText('size', logBytes) }),
    ...(portionEntryMax === undefined ? {} : { portion: portionEntryMax }),
    ...(prefetchCount === undefined ? {} : { prefetch: prefetchCount }),
    ...(serviceTimeNs === undefined
      ? {}
      : { serviceTime: quantityText('duration', serviceTimeNs) }),
    ...(queueMax === undefined ? {} : { queueMax }),
    ...(leaseNs === undefined ? {} : { lease: quantityText('duration', leaseNs) }),
  };
}
