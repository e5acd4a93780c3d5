// A recorded workload of devices as columns: a trace of a hundred million requests is a few arrays
// and not a hundred million objects.

/** What a recorded request did, by its number in the column `op`. */
export const traceOpNames = ['read', 'write', 'flush', 'forcedWrite'] as const;
/** The numbers of the kinds of request. */
export const traceOps = { read: 0, write: 1, flush: 2, forcedWrite: 3 } as const;

/** Not measured, in the column `measuredNs`. */
const unmeasured = -1;

/** A trace as read. The columns have one entry for each request, in the order of arrival. */
export interface DeviceTrace {
  readonly opCount: number;
  /** When each was issued, in ns; never falls. Where the clock began is up to the format. */
  readonly arrivalNs: Float64Array;
  /** See `traceOps`. */
  readonly op: Uint8Array;
  /** First sector, in units of 512 bytes; 0 for a flush. */
  readonly sector: Float64Array;
  /** At least 1; 0 for a flush. */
  readonly sectorCount: Uint32Array;
  /** Index into `deviceNames`. */
  readonly device: Uint16Array;
  /** From issue to completion as recorded, in ns; -1 where the trace does not tell. */
  readonly measuredNs: Float64Array;
  /** In the order of their first request. */
  readonly deviceNames: readonly string[];
  /** For each device one more than the last sector touched. */
  readonly sectorEnds: readonly number[];
  /**
   * `closed`: each request was issued a think time after the one before had completed; see
   * `thinkNs`. `open`: arrivals did not wait for completions, as far as the trace tells.
   */
  readonly loop: 'open' | 'closed';
  /** False when only the order is known, and each arrival is 0. */
  readonly isTimed: boolean;
  /** Records without counterpart here, by what they are: `{ discard: 3 }`. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What was changed while reading: requests that were sorted, or widened to whole sectors. */
  readonly notes: readonly string[];
}

/** Of a closed loop: from the completion of the request before until this one was issued. */
export function thinkNs(trace: DeviceTrace, index: number): number {
  if (index === 0) return trace.arrivalNs[0]!;
  const measured = trace.measuredNs[index - 1]!;
  const done = trace.arrivalNs[index - 1]! + Math.max(0, measured);
  return trace.arrivalNs[index]! - done;
}

const capacityFirst = 1024;
/** 31 bytes each: about 8 GiB of columns. */
const opCountMax = 268_435_456;
/** Positions times 512 must stay exact in bytes. */
const sectorMax = Number.MAX_SAFE_INTEGER / 1024;
const sectorSizeBytes = 512;
const deviceCountMax = 65_536;

/** The columns while they grow. */
export class TraceStore {
  #arrivalNs = new Float64Array(capacityFirst);
  #op = new Uint8Array(capacityFirst);
  #sector = new Float64Array(capacityFirst);
  #sectorCount = new Uint32Array(capacityFirst);
  #device = new Uint16Array(capacityFirst);
  #measuredNs = new Float64Array(capacityFirst);
  readonly #deviceIndices = new Map<string, number>();
  readonly #sectorEnds: number[] = [];
  readonly #skipped = new Map<string, number>();
  #opCount = 0;
  #latestNs = Number.NEGATIVE_INFINITY;
  #lateCount = 0;
  #widenedCount = 0;
  loop: DeviceTrace['loop'] = 'open';
  isTimed = true;
  /** Why no more requests are taken; the one that was too many is lost. */
  excess: string | undefined;

  get opCount(): number {
    return this.#opCount;
  }

  /**
   * Adds a request; `sectorCount` is 0 for a flush. The answer is its index until `finish`, or -1
   * when no more are taken.
   */
  add(atNs: number, op: number, deviceName: string, sector: number, sectorCount: number): number {
    const index = this.#opCount;
    const device = this.#deviceOf(deviceName);
    if (index === this.#op.length && !this.#grow()) {
      this.excess = `more than ${opCountMax} requests in one trace; split the file`;
    }
    if (this.excess !== undefined) return unmeasured;
    this.#arrivalNs[index] = atNs;
    this.#op[index] = op;
    this.#sector[index] = sector;
    this.#sectorCount[index] = sectorCount;
    this.#device[index] = device;
    this.#measuredNs[index] = unmeasured;
    this.#sectorEnds[device] = Math.max(this.#sectorEnds[device]!, sector + sectorCount);
    if (atNs < this.#latestNs) this.#lateCount += 1;
    else this.#latestNs = atNs;
    this.#opCount += 1;
    return index;
  }

  /** Adds a read or write by bytes, widened to whole sectors. */
  addBytes(
    atNs: number,
    op: number,
    deviceName: string,
    bytes: { readonly offset: number; readonly length: number },
  ): number {
    const sector = Math.floor(bytes.offset / sectorSizeBytes);
    const end = Math.ceil((bytes.offset + bytes.length) / sectorSizeBytes);
    if ((end - sector) * sectorSizeBytes !== bytes.length) this.#widenedCount += 1;
    return this.add(atNs, op, deviceName, sector, end - sector);
  }

  /** The time that the request of an index took. */
  measure(index: number, measuredNs: number): void {
    this.#measuredNs[index] = measuredNs;
  }

  arrivalAtNs(index: number): number {
    return this.#arrivalNs[index]!;
  }

  sectorCountAt(index: number): number {
    return this.#sectorCount[index]!;
  }

  /** Counts a record that is legal and has no counterpart. */
  skip(what: string): void {
    this.#skipped.set(what, (this.#skipped.get(what) ?? 0) + 1);
  }

  /** The columns in the order of arrival; `isRebased` lets the first one arrive at 0. */
  finish(isRebased: boolean): DeviceTrace {
    const count = this.#opCount;
    const notes: string[] = [];
    if (this.#widenedCount > 0) {
      notes.push(`${this.#widenedCount} requests were widened to whole sectors of 512 bytes`);
    }
    const order = this.#lateCount === 0 ? undefined : this.#order();
    if (order !== undefined) {
      notes.push(`${this.#lateCount} requests were recorded out of order and are sorted by time`);
    }
    const arrivalNs = reordered(this.#arrivalNs.subarray(0, count), order);
    const startNs = isRebased && count > 0 ? arrivalNs[0]! : 0;
    if (startNs !== 0) for (let at = 0; at < count; at += 1) arrivalNs[at]! -= startNs;
    return {
      opCount: count,
      arrivalNs,
      op: reordered(this.#op.subarray(0, count), order),
      sector: reordered(this.#sector.subarray(0, count), order),
      sectorCount: reordered(this.#sectorCount.subarray(0, count), order),
      device: reordered(this.#device.subarray(0, count), order),
      measuredNs: reordered(this.#measuredNs.subarray(0, count), order),
      deviceNames: [...this.#deviceIndices.keys()],
      sectorEnds: this.#sectorEnds,
      loop: this.loop,
      isTimed: this.isTimed,
      skipped: Object.fromEntries(this.#skipped),
      notes,
    };
  }

  #order(): Uint32Array {
    const atNs = this.#arrivalNs;
    const order = Uint32Array.from({ length: this.#opCount }, (_, index) => index);
    return order.sort((a, b) => atNs[a]! - atNs[b]! || a - b);
  }

  #deviceOf(name: string): number {
    const known = this.#deviceIndices.get(name);
    if (known !== undefined) return known;
    const index = this.#deviceIndices.size;
    if (index === deviceCountMax) {
      this.excess = `more than ${deviceCountMax} devices in one trace; split the file`;
      return 0;
    }
    this.#deviceIndices.set(name, index);
    this.#sectorEnds.push(0);
    return index;
  }

  #grow(): boolean {
    const capacity = this.#op.length * 2;
    if (capacity > opCountMax) return false;
    this.#arrivalNs = grown(new Float64Array(capacity), this.#arrivalNs);
    this.#op = grown(new Uint8Array(capacity), this.#op);
    this.#sector = grown(new Float64Array(capacity), this.#sector);
    this.#sectorCount = grown(new Uint32Array(capacity), this.#sectorCount);
    this.#device = grown(new Uint16Array(capacity), this.#device);
    this.#measuredNs = grown(new Float64Array(capacity), this.#measuredNs);
    return true;
  }
}

/** The last sector and the most bytes that a trace may name. */
export const traceLimits = {
  sectorMax: Math.floor(sectorMax),
  sectorCountMax: 4_294_967_295,
  offsetBytesMax: Math.floor(sectorMax) * sectorSizeBytes,
  lengthBytesMax: 4_294_967_295,
} as const;

type Column = Float64Array | Uint8Array | Uint16Array | Uint32Array;

function grown<T extends Column>(larger: T, column: T): T {
  larger.set(column);
  return larger;
}

function reordered<T extends Column>(column: T, order: Uint32Array | undefined): T {
  const copy = column.slice() as T;
  if (order === undefined) return copy;
  for (let at = 0; at < order.length; at += 1) copy[at] = column[order[at]!]!;
  return copy;
}
