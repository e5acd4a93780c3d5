// MAP-08 once more, without a word about stamps being ordered: each block is a register, and some
// order of all operations on it explains what was read.
//
// Only two reads of a value can matter, the one that ended first and the one that began last, so
// no more are kept: memory grows with writes, not with reads.
import {
  checkRegister,
  type Entry,
  type Finding,
  type Monitor,
  type Ns,
  type OpEntry,
  type Property,
  type RegisterOp,
} from '../../sim/index.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { blockText } from './words.ts';

/** Each block behaves like one register, whatever happened below it. */
export const linearizableBlocks: Property = {
  id: 'linearizable-blocks',
  mode: 'always',
  summary: 'for each block, some order of the operations that keeps real time explains every read',
  kinds: ['op', 'stop'],
  monitor: () => new LinearizableMonitor(),
};

/** All operations of one value of one block. `endNs` is Infinity while the outcome is unknown. */
interface Cluster {
  write: { readonly startNs: Ns; endNs: Ns } | null;
  firstEnded: RegisterOp | null;
  lastBegun: RegisterOp | null;
}

type Clusters = Map<number, Cluster>;

class LinearizableMonitor implements Monitor {
  evaluatedCount = 0;
  /** By volume, block and value. */
  readonly #volumes = new Map<string, Map<number, Clusters>>();
  /** When each open read began. */
  readonly #reads = new OpenOps<Ns>();
  /** The stamps of each open write. */
  readonly #writes = new OpenOps<readonly number[]>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') {
      this.#reads.forget(entry.actor);
      this.#writes.forget(entry.actor);
    } else if (isOp(entry, 'write')) this.#onWrite(entry);
    else if (isOp(entry, 'read')) this.#onRead(entry);
    return null;
  }

  end(): Finding | null {
    for (const [volume, blocks] of this.#volumes) {
      for (const [block, clusters] of blocks) {
        const ops = operationsOf(clusters);
        if (!ops.some((op) => op.kind === 'read')) continue;
        this.evaluatedCount += 1;
        const problem = checkRegister(ops, 0);
        if (problem === null) continue;
        return {
          what: `no order of the operations explains ${blockText(volume, block)}`,
          expected: 'reads that return the latest write of one order that keeps real time',
          observed: problem.what,
        };
      }
    }
    return null;
  }

  #onWrite(entry: OpEntry): void {
    const { phase, atNs } = entry;
    const { volume, block, stamps } = blockOpOf(entry);
    if (phase === 'invoke') {
      this.#writes.begin(entry, stamps);
      for (let i = 0; i < stamps.length; i++) {
        const cluster = this.#cluster(volume, block + i, stamps[i]!);
        cluster.write = { startNs: atNs, endNs: Number.POSITIVE_INFINITY };
      }
      return;
    }
    const written = this.#writes.end(entry);
    if (written === undefined || phase === 'info') return;
    for (let i = 0; i < written.length; i++) {
      const cluster = this.#cluster(volume, block + i, written[i]!);
      // A write that failed was refused before it began: nobody may ever see its value.
      if (phase === 'fail') cluster.write = null;
      else if (cluster.write !== null) cluster.write.endNs = atNs;
    }
  }

  #onRead(entry: OpEntry): void {
    if (entry.phase === 'invoke') {
      this.#reads.begin(entry, entry.atNs);
      return;
    }
    const startNs = this.#reads.end(entry);
    if (startNs === undefined || entry.phase !== 'ok') return;
    const { volume, block, stamps } = blockOpOf(entry);
    const endNs = entry.atNs;
    for (let i = 0; i < stamps.length; i++) {
      const value = stamps[i]!;
      const cluster = this.#cluster(volume, block + i, value);
      const { firstEnded, lastBegun } = cluster;
      const first = firstEnded === null || endNs < firstEnded.endNs;
      const last = lastBegun === null || startNs > lastBegun.startNs;
      if (!first && !last) continue;
      const read: RegisterOp = { kind: 'read', value, startNs, endNs };
      if (first) cluster.firstEnded = read;
      if (last) cluster.lastBegun = read;
    }
  }

  #cluster(volume: string, block: number, value: number): Cluster {
    let blocks = this.#volumes.get(volume);
    if (blocks === undefined) {
      blocks = new Map();
      this.#volumes.set(volume, blocks);
    }
    let clusters = blocks.get(block);
    if (clusters === undefined) {
      clusters = new Map();
      blocks.set(block, clusters);
    }
    let cluster = clusters.get(value);
    if (cluster === undefined) {
      cluster = { write: null, firstEnded: null, lastBegun: null };
      clusters.set(value, cluster);
    }
    return cluster;
  }
}

function operationsOf(clusters: Clusters): readonly RegisterOp[] {
  const ops: RegisterOp[] = [];
  for (const [value, { write, firstEnded, lastBegun }] of clusters) {
    if (write !== null) ops.push({ kind: 'write', value, ...write });
    if (firstEnded !== null) ops.push(firstEnded);
    if (lastBegun !== null && lastBegun !== firstEnded) ops.push(lastBegun);
  }
  return ops;
}
