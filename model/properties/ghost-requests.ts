// Requests for snapshots as who asked saw them: when each was made, and when it was acknowledged.
import type { Entry } from '../../sim/index.ts';
import { GhostLineage } from './ghost-lineage.ts';

/** By entries of the record. */
export interface GhostRequest {
  readonly invokedIndex: number;
  /** Null while it is not acknowledged. */
  ackedIndex: number | null;
}

/** Follows requests, and which published snapshot each of them has. */
export class GhostRequests {
  readonly #lineage = new GhostLineage();
  readonly #requests = new Map<string, GhostRequest>();
  /** Requests by the cut that has the contents of their snapshot. */
  readonly #ofCut = new Map<string, string>();

  take(entry: Entry): void {
    if (entry.kind === 'op') {
      if (entry.name === 'snapshot') this.#onOp(entry);
      return;
    }
    for (const { cut, request } of this.#lineage.take(entry)?.facts.record.chain ?? []) {
      if (cut !== undefined) this.#ofCut.set(cut, request);
    }
  }

  /** The request that a cut was made for; undefined where none is known. */
  of(cut: string): GhostRequest | undefined {
    return this.#requests.get(this.#ofCut.get(cut) ?? '');
  }

  #onOp({ value, phase, index }: Extract<Entry, { readonly kind: 'op' }>): void {
    const { request } = value as { readonly request: string };
    if (phase === 'invoke') this.#requests.set(request, { invokedIndex: index, ackedIndex: null });
    const known = this.#requests.get(request);
    if (phase === 'ok' && known !== undefined) known.ackedIndex = index;
  }
}
