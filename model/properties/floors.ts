// What reads of a block may not fall below, for volumes of both durabilities.
//
//   on-ack    what was proven stays
//   on-flush  proven by this session          stays while it lasts
//             proven by an earlier session    stays until a host boots
//             flushed, or read by a session   stays
//             after the one that wrote it
//
// Izraelevitz and others (DISC 2016) call an object buffered durably linearizable whose last
// operations a crash may take.
import type { Entry } from '../../sim/index.ts';
import { sessionOfStamp } from '../stamps.ts';
import { CacheLoss, type Deed } from './cache-loss.ts';
import { Flushes } from './flushes.ts';
import { isMark } from './marks.ts';
import { ProvenStamps, type Witness } from './stamp-table.ts';

/** Floors of a volume that is durable on flush. */
interface VolatileFloors {
  /** The session that was granted last. */
  session: number;
  /** Proven by the session that was granted last. */
  own: ProvenStamps;
  /** A host has booted since that session was granted. */
  hasBooted: boolean;
  /** Proven by earlier sessions, and no host has booted since. */
  inherited: ProvenStamps;
  readonly durable: ProvenStamps;
}

interface Proof extends Deed {
  readonly block: number;
  readonly stamps: readonly number[];
  readonly witness: Witness;
}

/** The entries that tell of floors. */
export const floorKinds = ['mark', 'op', 'stop'] as const satisfies readonly Entry['kind'][];

/** Folds what operations proved of blocks into floors for the reads after them. */
export class Floors {
  readonly #proven = new ProvenStamps();
  readonly #volumes = new Map<string, VolatileFloors>();
  readonly #loss = new CacheLoss();
  readonly #flushes = new Flushes<Proof>(this.#loss);

  /** Takes an entry; what it proves of blocks comes after. */
  take(entry: Entry): void {
    for (const proof of this.#flushes.take(entry)) {
      const { volume, block, stamps, witness } = proof;
      const isLost = this.#loss.mayBeLost(proof, this.#loss.sessionOf(volume, entry.actor));
      if (!isLost) this.#volatile(volume).durable.prove(volume, block, stamps, witness);
    }
    this.#loss.take(entry);
    if (isMark(entry, 'attach.granted')) this.#onGranted(entry.facts);
    else if (isMark(entry, 'host.recovered')) this.#onBoot();
  }

  /** An operation of a client has proven what blocks hold. */
  prove(
    { volume, block, stamps }: Pick<Proof, 'volume' | 'block' | 'stamps'>,
    witness: Witness,
  ): void {
    if (!this.#loss.isVolatile(volume)) {
      this.#proven.prove(volume, block, stamps, witness);
      return;
    }
    const known = this.#volatile(volume);
    const session = this.#loss.sessionOf(volume, witness.actor);
    const since = witness.invokedIndex;
    this.#flushes.add({ volume, block, stamps, session, since, witness });
    // What was acknowledged to an earlier session may have been lost on its way.
    if (session >= known.session) known.own.prove(volume, block, stamps, witness);
    else if (!this.#loss.hasBootedSince(since)) {
      known.inherited.prove(volume, block, stamps, witness);
    }
    // Hosts flush what a session did not write before they show it.
    const shown = stamps.map((stamp) => (sessionOfStamp(stamp) < session ? stamp : 0));
    known.durable.prove(volume, block, shown, witness);
  }

  /** What reads that begin now may not fall below. */
  slice(volume: string, block: number, count: number): Uint32Array {
    if (!this.#loss.isVolatile(volume)) return this.#proven.slice(volume, block, count);
    const { durable, inherited, own } = this.#volatile(volume);
    const floors = durable.slice(volume, block, count);
    for (const table of [inherited, own]) {
      for (const [i, other] of table.slice(volume, block, count).entries()) {
        floors[i] = Math.max(floors[i]!, other);
      }
    }
    return floors;
  }

  /** Of what a read that ends now may not have fallen below, since it began, what is still so. */
  still(volume: string, block: number, before: Uint32Array): Uint32Array {
    if (!this.#loss.isVolatile(volume)) return before;
    const now = this.slice(volume, block, before.length);
    return before.map((floor, i) => Math.min(floor, now[i]!));
  }

  /** Who proved a stamp, if nobody has proven a higher one since. */
  witness(volume: string, block: number, stamp: number): Witness | null {
    if (!this.#loss.isVolatile(volume)) return this.#proven.witness(volume, block, stamp);
    const { durable, inherited, own } = this.#volatile(volume);
    for (const table of [durable, own, inherited]) {
      const witness = table.witness(volume, block, stamp);
      if (witness !== null) return witness;
    }
    return null;
  }

  #volatile(volume: string): VolatileFloors {
    let known = this.#volumes.get(volume);
    if (known === undefined) {
      const [own, inherited, durable] = [1, 2, 3].map(() => new ProvenStamps());
      known = { session: 0, own: own!, hasBooted: false, inherited: inherited!, durable: durable! };
      this.#volumes.set(volume, known);
    }
    return known;
  }

  #onGranted({ volume, session }: { readonly volume: string; readonly session: number }): void {
    if (!this.#loss.isVolatile(volume)) return;
    const known = this.#volatile(volume);
    if (session <= known.session) return;
    known.session = session;
    if (!known.hasBooted) known.inherited.proveAll(volume, known.own);
    known.own = new ProvenStamps();
    known.hasBooted = false;
  }

  #onBoot(): void {
    for (const known of this.#volumes.values()) {
      known.hasBooted = true;
      known.inherited = new ProvenStamps();
    }
  }
}
