// What a power loss or a reset finds in service.
import type { CutOff } from './device.ts';
import type { Slots } from './slots.ts';

/** The requests in service, whose data may have reached the medium. */
export function cutOffIn(slots: Slots): readonly CutOff[] {
  return slots.inService().map((slot) => ({
    request: slots.requestAt(slot),
    submittedAtNs: slots.submittedAtNs(slot),
    isFlushing: slots.isFlushing(slot),
  }));
}
