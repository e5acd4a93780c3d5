// MAP-08 once more, without a word about stamps being ordered: each block is a register, and some
// order of all operations on it explains what was read.
//
// Of a volume that is durable on flush each session is judged by itself: what an earlier one left
// may be lost, and then the first read of a block says with what the session began. What may be
// lost and what not is for floors.ts.
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
import { sessionOfStamp } from '../stamps.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { CacheLoss } from './cache-loss.ts';
import { blockText } from './words.ts';

/** Each block behaves like one register, whatever happened below it. */
export const linearizableBlocks: Property = {
  id: 'linearizable-blocks',
  mode: 'always',
  summary: 'for each block, some order of the operations that keeps real time explains every read',
  kinds: ['mark', 'op', 'stop'],
  monitor: () => new LinearizableMonitor(),
};

/** All operations of one value of one block. `endNs` is Infinity while the outcome is unknown. */
interface Cluster {
  write: { readonly startNs: Ns; endNs: Ns } | null;
  firstEnded: RegisterOp | null;
  lastBegun: RegisterOp | null;
}

type Clusters = Map<number, Cluster>;

/** Stands between a volume and a session of it. */
const sessionMark = ' in session ';

class LinearizableMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #loss = new CacheLoss();
  /** By volume, or session of one, block and value. */
  readonly #scopes = new Map<string, Map<number, Clusters>>();
  /** By session of a volume that is durable on flush, and block: what was there before it. */
  readonly #first = new Map<string, number>();
  /** When each open read began. */
  readonly #reads = new OpenOps<Ns>();
  /** The stamps of each open write. */
  readonly #writes = new OpenOps<readonly number[]>();

  observe(entry: Entry): Finding | null {
    this.#loss.take(entry);
    if (entry.kind === 'stop') {
      this.#reads.forget(entry.actor);
      this.#writes.forget(entry.actor);
    } else if (isOp(entry, 'write')) this.#onWrite(entry);
    else if (isOp(entry, 'read')) this.#onRead(entry);
    return null;
  }

  end(): Finding | null {
    for (const [scope, blocks] of this.#scopes) {
      const [volume = scope] = scope.split(sessionMark);
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
      const scope = this.#scopeOf(volume, sessionOfStamp(stamps[0] ?? 0));
      for (let i = 0; i < stamps.length; i++) {
        const cluster = this.#cluster(scope, block + i, stamps[i]!);
        cluster.write = { startNs: atNs, endNs: Number.POSITIVE_INFINITY };
      }
      return;
    }
    const written = this.#writes.end(entry);
    if (written === undefined || phase === 'info') return;
    const scope = this.#scopeOf(volume, sessionOfStamp(written[0] ?? 0));
    for (let i = 0; i < written.length; i++) {
      const cluster = this.#cluster(scope, block + i, written[i]!);
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
    const scope = this.#scopeOf(volume, this.#loss.sessionOf(volume, entry.actor));
    const endNs = entry.atNs;
    for (let i = 0; i < stamps.length; i++) {
      const value = stamps[i]!;
      const cluster = this.#cluster(scope, block + i, value);
      if (scope !== volume) this.#noteFirst(scope, block + i, value, cluster);
      const { firstEnded, lastBegun } = cluster;
      const first = firstEnded === null || endNs < firstEnded.endNs;
      const last = lastBegun === null || startNs > lastBegun.startNs;
      if (!first && !last) continue;
      const read: RegisterOp = { kind: 'read', value, startNs, endNs };
      if (first) cluster.firstEnded = read;
      if (last) cluster.lastBegun = read;
    }
  }

  // Each session of a volume that is durable on flush is a history of its own.
  #scopeOf(volume: string, session: number): string {
    return this.#loss.isVolatile(volume) ? `${volume}${sessionMark}${session}` : volume;
  }

  // The first read of something older than the session says what was there when it began.
  #noteFirst(scope: string, block: number, value: number, cluster: Cluster): void {
    const key = `${scope}/${block}`;
    const isOld = !scope.endsWith(`${sessionMark}${sessionOfStamp(value)}`);
    if (!isOld || this.#first.has(key)) return;
    this.#first.set(key, value);
    if (value !== 0) cluster.write = { startNs: -2, endNs: -1 };
  }

  #cluster(volume: string, block: number, value: number): Cluster {
    let blocks = this.#scopes.get(volume);
    if (blocks === undefined) {
      blocks = new Map();
      this.#scopes.set(volume, blocks);
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
