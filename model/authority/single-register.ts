// The register with one member: what is durable on its device is committed.
//
//   open --> flushed --> restored, committed (what was there), leading
//   propose --> append --> committed
//
// A checkpoint is taken after so many records, or when a quarter of the ring is full of records
// that none stands for; serving goes on meanwhile. One that could not be written is tried again
// after as many records, and where room is short, with the next record or request: without one
// there is no room for more.
import { assert, type IoCompletion } from '../../sim/index.ts';
import type { LogEntry } from './log.ts';
import { LogStore } from './log-store.ts';
import type { LogStoreNews } from './log-store-news.ts';
import type { LogRecord } from './map-state.ts';
import type {
  DurableRegister,
  Proposal,
  RegisterInput,
  RegisterNews,
  RegisterStep,
} from './register.ts';

/** All of its memory is in it. */
export class SingleRegister implements DurableRegister {
  readonly #input: RegisterInput;
  readonly #store: LogStore;
  /** What is on its way to the device. */
  #proposed: readonly LogEntry[] = [];
  /** No checkpoint before this index. */
  #checkpointAtIndex = 0;

  constructor(input: RegisterInput, store: LogStore = new LogStore(input)) {
    this.#input = input;
    this.#store = store;
  }

  get roomCount(): number {
    return this.#store.roomCount;
  }
  get proposalMax(): number {
    return this.#store.layout.batchMax;
  }
  get nextIndex(): number {
    return this.#store.endIndex;
  }
  get durableIndex(): number {
    return this.#store.endIndex - 1;
  }

  open(step: RegisterStep): void {
    this.#proposed = [];
    this.#store.open(step.out);
  }

  canPropose(recordCount: number): boolean {
    const store = this.#store;
    return store.isOpen && !store.isAppending && recordCount <= store.roomCount;
  }

  propose(step: RegisterStep, records: readonly LogRecord[]): Proposal {
    assert(this.canPropose(records.length), `${records.length} records proposed too early`);
    const firstIndex = this.nextIndex;
    this.#proposed = records.map((record) => ({ term: 0, record }));
    this.#store.append(step.out, firstIndex, this.#proposed);
    return { firstIndex, term: 0 };
  }

  onIo(step: RegisterStep, done: IoCompletion): readonly RegisterNews[] {
    const fails = LogStore.isOfCheckpoint(done) && step.self.faultPoint('checkpoint.io');
    const completion = fails ? ({ ...done, status: 'io-error' } as const) : done;
    return this.#store.onIo(step.out, completion).flatMap((news) => this.#onStore(news));
  }

  receive(): null {
    return null;
  }

  readonly mode = null;
  readonly leader = null;
  /** Nobody else can lead: there is nothing to confirm. */
  readonly confirmedRound = 0;

  requestRound(): number {
    return this.confirmedRound;
  }

  applied(step: RegisterStep): void {
    const store = this.#store;
    if (!store.isOpen || store.isCheckpointing) return;
    const dueIndex = store.checkpointedCount + this.#checkpointEvery;
    const isDue = this.nextIndex >= Math.max(dueIndex, this.#checkpointAtIndex);
    if (!isDue && this.roomCount >= 2 * this.proposalMax) return;
    this.#checkpointAtIndex = this.nextIndex + this.#checkpointEvery;
    store.writeCheckpoint(step.out, {
      recordCount: this.nextIndex,
      term: 0,
      pieces: step.snapshot(),
    });
  }

  copy(): SingleRegister {
    const copy = new SingleRegister(this.#input, this.#store.copy());
    copy.#proposed = this.#proposed;
    copy.#checkpointAtIndex = this.#checkpointAtIndex;
    return copy;
  }

  get #checkpointEvery(): number {
    const quarter = Math.floor(this.#store.layout.ringLength / 4);
    return Math.min(this.#input.checkpointEvery, quarter);
  }

  #onStore(news: LogStoreNews): readonly RegisterNews[] {
    switch (news.type) {
      case 'opened': {
        const { recordCount, pieces, entries, tornTail } = news;
        this.#checkpointAtIndex = 0;
        return [
          { type: 'restored', pieces, recordCount },
          { type: 'committed', firstIndex: recordCount, entries },
          { type: 'leading', tornTail, term: null },
        ];
      }
      case 'appended': {
        const entries = this.#proposed;
        this.#proposed = [];
        const firstIndex = news.logIndex + 1 - entries.length;
        return [{ type: 'committed', firstIndex, entries }];
      }
      case 'flushed':
      case 'failed':
        return [news];
      default:
        return [];
    }
  }
}
