// How the parts of a log store give commands to their device.
import type { IoRequest } from '../../sim/index.ts';

/** Submits a command; `step` comes back with its completion. */
export type SubmitIo = (step: string, request: Omit<IoRequest, 'tag'>) => void;
