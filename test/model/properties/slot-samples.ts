// Records of what hosts count of their slots.
import { counted, on, reserved } from './story.ts';

/** Of the properties of that. */
export const slotSamples = {
  'slots-add-up': {
    healthy: [counted(), reserved(on('a', 2)), counted({ vacant: 1, tenancies: [0, 2] })],
    broken: [counted({ resting: 0 })],
    words:
      /'host-a' counts other slots.*3 of 4: 2 vacant, 0 resting, 0 changing, 1 with a tenant, 0/,
  },
} as const;
