// What blkparse prints of a blktrace recording, by default:
//
//   8,0    3       11     0.009507758   697  Q   W 223490 + 56 [kjournald]
//   device cpu  sequence  seconds       pid  |   |  sector + sectors
//                                            |   '- R read, W write, D discard, N none;
//                                            |      F before it: flush first, F after it: forced
//                                            '- Q handed to the block layer, C completed
//
// A request is issued when it is queued (Q) and done when a completion (C) covers it. Requests that
// were merged complete together, in one C that begins where the first of them began. One that was
// split is done when its last part is, if the parts complete in order; else it stays unmeasured.
// Other events (G, I, D, M, plugs, messages) say nothing that these two do not. The tables at the
// end, from `CPU0 (sda):` on, are not read.
// Source: blkparse(1) and blkparse_fmt.c of blktrace 1.3, process_default.
import type { DeviceTraceFormat, TraceLineReader } from './trace-format.ts';
import type { TraceLine } from './trace-line.ts';
import { type TraceStore, traceLimits, traceOps } from './trace-store.ts';

const shape = 'device cpu sequence seconds pid action rwbs';
const nsDigitsOfSec = 9;
const fieldCountMax = 64;
/** So many sectors apart are the keys of two devices. */
const deviceStride = 8_796_093_022_208;

class BlkparseReader implements TraceLineReader {
  /** The index of the request that begins at a sector and is under way, by device and sector. */
  readonly #pending = new Map<number, number>();
  /** The requests of which a part is done: how many sectors are. */
  readonly #doneSectors = new Map<number, number>();
  readonly #deviceIndices = new Map<string, number>();
  #isOver = false;

  read(line: TraceLine, store: TraceStore): void {
    if (this.#isOver) return;
    const device = line.field(0);
    if (!this.#deviceIndices.has(device) && !this.#meet(device, line)) return;
    if (!line.hasFields(7, shape, fieldCountMax)) return;
    const action = line.field(5);
    if (action !== 'Q' && action !== 'C') return;
    const atNs = line.decimal(3, 'the time in seconds', nsDigitsOfSec);
    const hasSectors = line.fieldCount >= 10 && line.field(8) === '+';
    const sector = hasSectors ? line.integer(7, 'the first sector', traceLimits.sectorMax) : 0;
    const sectorCount = hasSectors ? line.integer(9, 'sectors', traceLimits.sectorCountMax) : 0;
    if (line.isBad) return;
    const key = this.#deviceIndices.get(device)! * deviceStride + sector;
    if (action === 'Q') this.#queue(line, store, { atNs, device, sector, sectorCount, key });
    else this.#complete(store, atNs, key, key + sectorCount);
  }

  /** A device seen for the first time; false when it is none. */
  #meet(device: string, line: TraceLine): boolean {
    if (/^\d+,\d+$/.test(device)) {
      this.#deviceIndices.set(device, this.#deviceIndices.size);
      return true;
    }
    this.#isOver = /^(CPU\d|Total$)/.test(device);
    if (!this.#isOver) line.refuse(0, `expected a device such as '8,0', found '${device}'`);
    return false;
  }

  #queue(
    line: TraceLine,
    store: TraceStore,
    bio: { atNs: number; device: string; sector: number; sectorCount: number; key: number },
  ): void {
    const { atNs, device, sector, sectorCount, key } = bio;
    const flags = line.field(6);
    const isFlushing = flags.startsWith('F');
    // A flush by itself completes as one of its own making, which no sector tells apart.
    if (isFlushing) store.add(atNs, traceOps.flush, device, 0, 0);
    const rest = isFlushing ? flags.slice(1) : flags;
    if (sectorCount === 0) {
      if (!isFlushing) store.skip('without data');
    } else if (rest.startsWith('R') || rest.startsWith('W')) {
      const op = rest.startsWith('R')
        ? traceOps.read
        : rest.includes('F')
          ? traceOps.forcedWrite
          : traceOps.write;
      this.#pending.set(key, store.add(atNs, op, device, sector, sectorCount));
    } else {
      store.skip(rest.startsWith('D') ? 'discard' : `rwbs ${flags}`);
    }
  }

  /** Walks along a completed range: each request that begins where the one before ended. */
  #complete(store: TraceStore, atNs: number, startKey: number, endKey: number): void {
    for (let key = startKey; key < endKey; ) {
      const index = this.#pending.get(key);
      if (index === undefined) return;
      this.#pending.delete(key);
      const doneCount = this.#doneSectors.get(index) ?? 0;
      const restEnd = key + store.sectorCountAt(index) - doneCount;
      if (restEnd > endKey) {
        this.#doneSectors.set(index, doneCount + endKey - key);
        this.#pending.set(endKey, index);
        return;
      }
      this.#doneSectors.delete(index);
      store.measure(index, atNs - store.arrivalAtNs(index));
      key = restEnd;
    }
  }
}

/** blkparse's text: when requests were queued and, where it matches, how long they took. */
export const blkparseTrace: DeviceTraceFormat = {
  summary: `blkparse's default output, Q and C events: ${shape} sector + sectors`,
  separator: '',
  isRebased: false,
  reader: () => new BlkparseReader(),
};
