/**
 * Virtual time in integer nanoseconds since the start of a run; below 2^53 (104 days), asserted.
 */
export type Ns = number;

/** Nanoseconds in a microsecond. */
export const nsPerUs = 1_000;
/** Nanoseconds in a millisecond. */
export const nsPerMs = 1_000_000;
/** Nanoseconds in a second. */
export const nsPerSec = 1_000_000_000;

/** Bytes in a KiB. */
export const bytesPerKiB = 1024;
/** Bytes in a MiB. */
export const bytesPerMiB = 1024 * 1024;

/** The latest instant a run can reach: integers above it are no longer exact. */
export const timeNsMax = Number.MAX_SAFE_INTEGER;
