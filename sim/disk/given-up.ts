// What a flush that failed has dropped. Reads may go on to show it: a page cache marks such pages
// clean, so that a later flush succeeds without them (Rebello et al., ATC '20).
//
//   dropped --shown--> visible still --power loss, or a read past the cache--> as the medium has it
//       '-----not shown-----------------------------------------------------------^
import type { Ns } from '../units.ts';
import type { Content } from './content.ts';
import { wholeBlock } from './odd-block.ts';
import type { PendingVersions } from './pending.ts';
import { SectorMasks } from './sector-masks.ts';

/** Sectors that show what no flush will ever make durable. */
export class GivenUp {
  readonly #masks: SectorMasks;

  constructor(masks: SectorMasks = new SectorMasks()) {
    this.#masks = masks;
  }

  /** A flush that was submitted at `submittedAtNs` drops all that it covers. */
  drop(pending: PendingVersions, submittedAtNs: Ns, content: Content, isShown: boolean): void {
    for (const { block, mask } of pending.dropThrough(submittedAtNs)) {
      if (isShown) this.#masks.add(block, mask);
      else content.revert(block);
    }
    showPending(pending, content);
  }

  /** Shows what the medium holds, and what came later. */
  reveal(block: number, blockCount: number, content: Content, pending: PendingVersions): void {
    if (this.#masks.size === 0) return;
    for (let index = block; index < block + blockCount; index += 1) {
      if (this.#masks.maskOf(index) === 0) continue;
      this.#masks.remove(index, wholeBlock);
      content.revert(index);
    }
    showPending(pending, content);
  }

  /** The power goes, and with it what was shown. */
  revealAll(content: Content): void {
    for (const block of this.#masks.blocks()) content.revert(block);
    this.#masks.clear();
  }

  clear(): void {
    this.#masks.clear();
  }

  copy(): GivenUp {
    return new GivenUp(this.#masks.copy());
  }
}

function showPending(pending: PendingVersions, content: Content): void {
  for (const { block, stamp, payload, mask } of pending.versions()) {
    content.writeSectors(block, { stamp, payload }, mask);
  }
}
