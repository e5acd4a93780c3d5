import { unreachable } from '../../assert.ts';
import { DeadlineScheduler } from './deadline-scheduler.ts';
import { FairScheduler } from './fair-scheduler.ts';
import { FifoScheduler } from './fifo-scheduler.ts';
import type { Scheduler, SchedulerSpec } from './scheduler.ts';

/** An empty scheduler of the kind that `spec` names. */
export function makeScheduler(spec: SchedulerSpec): Scheduler {
  switch (spec.kind) {
    case 'none':
      return new FifoScheduler();
    case 'mq-deadline':
      return new DeadlineScheduler(spec);
    case 'fair':
      return new FairScheduler(spec);
    default:
      return unreachable(spec);
  }
}
