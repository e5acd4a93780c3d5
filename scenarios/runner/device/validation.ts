// Measurements that a profile is held to. A point that the numbers were fitted to proves nothing;
// one that was held out does.
import type * as z from 'zod';
import { prose, strict } from '../schema-parts.ts';
import { amount, oneOf, whole } from './profile-media.ts';

const above = amount({ min: 1 }).optional();
const ratio = amount({ min: 1e-3, max: 1e6 }).optional();

/** In fio's words, but for what fio leaves to the machine that it runs on. */
const load = strict('the load', {
  rw: oneOf('pattern', ['read', 'write', 'randread', 'randwrite', 'randrw', 'rw']),
  bs: whole({ min: 4_096, max: 16_777_216 }),
  iodepth: whole({ min: 1, max: 65_535 }),
  numjobs: whole({ min: 1, max: 1_024 }).default(1),
  rwmixread: whole({ min: 0, max: 100 }).default(50),
  /** A flush after so many writes, which counts with the last of them; 0 is never. */
  fsync: whole({ max: 1_000_000 }).default(0),
  /** Bytes from the start of the device that are used; the whole device without it. */
  size: whole({ min: 4_096 }).optional(),
  /** Commands measured. */
  ios: whole({ min: 100, max: 10_000_000 }).default(100_000),
  /** Commands before them. */
  rampIos: whole({ max: 10_000_000 }).default(1_000),
  /** Processor time of the measuring host for a command, serial in each job. */
  submitNs: whole({ max: 1_000_000_000 }).default(0),
});

/** The schema of one point. */
export const validationSchema = strict('a validation point', {
  load,
  /** `PerMean` is a quantile over the mean, where only the shape is of use. */
  expect: strict('the expectation', {
    iops: above,
    bytesPerSec: above,
    meanNs: above,
    p50Ns: above,
    p90Ns: above,
    p99Ns: above,
    p999Ns: above,
    p9999Ns: above,
    p99999Ns: above,
    p50PerMean: ratio,
    p90PerMean: ratio,
    p99PerMean: ratio,
    p999PerMean: ratio,
    p9999PerMean: ratio,
  }).refine((expect) => Object.keys(expect).length > 0, {
    error: 'expected at least one number, found none',
  }),
  /** At most so far off, a share, instead of what the role allows. */
  tol: amount({ min: 1e-3, max: 1 }).optional(),
  /**
   * fit: the numbers were chosen so that it holds. holdout: they were not. misfit: known to be out
   * of reach, and the note says why.
   */
  role: oneOf('role', ['fit', 'holdout', 'misfit']),
  /** Where the measurement can be read. */
  ref: prose('where it can be read', 300),
  note: prose('what else is to be known of it', 300).optional(),
}).refine(({ role, note }) => role !== 'misfit' || note !== undefined, {
  error: "expected a 'note' that says why a misfit is one, found none",
});

/** A measurement, and whether the numbers were fitted to it. */
export type ValidationPoint = z.output<typeof validationSchema>;

/** What can be expected of a load. */
export type Quantity = keyof ValidationPoint['expect'];

/** How many times as large, or as small, a simulated number may be as the published one. */
export function ratioMax(quantity: Quantity, { role, tol }: ValidationPoint): number {
  if (tol !== undefined) return 1 + tol;
  if (role === 'fit') return 1.05;
  if (quantity === 'iops' || quantity === 'bytesPerSec') return 1.15;
  if (quantity === 'meanNs' || quantity.startsWith('p50')) return 1.1;
  return quantity === 'p99Ns' || quantity === 'p99PerMean' ? 1.25 : 2;
}
