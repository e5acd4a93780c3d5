// How long an actor waits whose device fails before it begins again: later and later, and not
// together with the others that the same accident struck.

/** How often in a row a device has failed, and a draw below 65536 from the last time. */
export interface DeviceFailures {
  readonly failCount: number;
  readonly jitter: number;
}

/** None so far. */
export const noFailures: DeviceFailures = Object.freeze({ failCount: 0, jitter: 0 });

/** The longest wait is the first one, doubled so often. */
const doublingsMax = 4;

/** One more. */
export function failedAgain(
  { failCount, jitter }: DeviceFailures,
  event: { readonly type: string; readonly jitter?: number },
): DeviceFailures {
  return { failCount: failCount + 1, jitter: event.jitter ?? jitter };
}

/** How long to wait, in ms: 125 to 250 at first, 2000 to 4000 at last. */
export function retryDelayMs({ failCount, jitter }: DeviceFailures): number {
  const boundMs = 125 << Math.min(failCount - 1, doublingsMax);
  return boundMs + Math.floor((boundMs * jitter) / 65_536);
}
