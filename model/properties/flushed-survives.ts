// BLK-01 from end to end: what was acknowledged before a flush that was answered is read by all who
// ask after it, whoever lost power or memory since.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { CacheLoss } from './cache-loss.ts';
import { Flushes } from './flushes.ts';
import { type Acknowledged, GhostContents } from './ghost-contents.ts';
import { ProvenStamps } from './stamp-table.ts';
import { blockText, operationText, stampText, timeText } from './words.ts';

/** No flushed write is lost. */
export const flushedWriteSurvives: Property = {
  id: 'flushed-write-survives',
  mode: 'always',
  summary: 'a read returns at least what was acknowledged before an answered flush began',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new FlushedSurvivesMonitor(),
};

class FlushedSurvivesMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #contents = new GhostContents();
  readonly #loss = new CacheLoss();
  readonly #flushes = new Flushes<Acknowledged>(this.#loss);
  /** Who proved it is the flush. */
  readonly #flushed = new ProvenStamps();
  /** For each open read: what was flushed when it began. */
  readonly #reads = new OpenOps<Uint32Array>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#reads.forget(entry.actor);
    this.#loss.take(entry);
    for (const write of this.#flushes.take(entry)) {
      if (!this.#contents.mayBeLost(write, entry.actor)) this.#prove(entry as OpEntry, write);
    }
    const write = this.#contents.take(entry);
    if (write !== null) this.#flushes.add(write);
    return isOp(entry, 'read') ? this.#onRead(entry) : null;
  }

  end(): null {
    return null;
  }

  #prove({ actor, opId, atNs }: OpEntry, { volume, block, stamps, since }: Acknowledged): void {
    this.#flushed.prove(volume, block, stamps, { actor, opId, atNs, invokedIndex: since });
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, blockCount, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      const floors = this.#flushed.slice(volume, block, blockCount);
      if (floors.some((floor) => floor > 0)) this.#reads.begin(entry, floors);
      return null;
    }
    const floors = this.#reads.end(entry);
    if (entry.phase !== 'ok' || floors === undefined) return null;
    this.evaluatedCount += 1;
    for (const [i, floor] of floors.entries()) {
      const found = stamps[i] ?? 0;
      if (found >= floor) continue;
      const flush = this.#flushed.witness(volume, block + i, floor);
      const by =
        flush === null
          ? 'flushed before the read began'
          : `flushed by ${operationText(flush)} at ${timeText(flush.atNs)}`;
      return {
        what: `read, ${operationText(entry)}, lost ${blockText(volume, block + i)}`,
        expected: `${stampText(floor)} or later, ${by}`,
        observed: stampText(found),
      };
    }
    return null;
  }
}
