// What the report draws of volumes in cells, from marks that the store leaves:
//
//   control.accepted    a host keeps a record: what most of a cell's hosts keep, the cell is
//   lineage.recorded    the authority's record of a volume after a change
//   rule.applied        a router decided by the rule table
//   snapshot.completed  how far the contents of a snapshot are; also registered, lost, deleted
//
// Every mark may come again (a replayed log, a repaired record): what is known adds nothing.
import type { CellRecord, VolumeRecord } from '../../../model/index.ts';
import type {
  HoldingRow,
  LineageRows,
  MoveRow,
  SnapshotRow,
  StepRow,
} from '../../../reports/index.ts';
import type { Entry } from '../../../sim/index.ts';
import { RuleTally } from './rule-tally.ts';

type Mutable<Row> = { -readonly [Key in keyof Row]: Row[Key] };
type MarkEntry = Extract<Entry, { readonly kind: 'mark' }>;

interface Accepted {
  readonly cell: string;
  readonly volume: string;
  readonly ballot: { readonly count: number; readonly by: string };
  readonly record: CellRecord;
  readonly memberCount: number;
}

interface Recorded {
  readonly volume: string;
  readonly record: VolumeRecord;
  readonly logIndex?: number;
  readonly change?: { readonly kind: string; readonly preferred?: string } | null;
}

interface Applied {
  readonly volume: string;
  readonly request: string;
  readonly rule: string;
  readonly taker: string | null;
}

/** What a mark of the lineage store makes of the snapshot that it names by its cut. */
const contentStates: Readonly<Record<string, string>> = {
  'snapshot.registered': 'pending',
  'snapshot.completed': 'completed',
  'snapshot.lost': 'error',
  'snapshot.deleted': 'deleted',
};

const authoritative: readonly string[] = ['active', 'migrating'];

/** Folds a record into what is drawn of volumes in cells. */
export function lineageRows(entries: readonly Entry[]): LineageRows {
  const fold = new LineageFold();
  for (const entry of entries) {
    if (entry.kind !== 'mark') continue;
    if (entry.name === 'control.accepted') fold.accepted(entry);
    else if (entry.name === 'lineage.recorded') fold.recorded(entry);
    else if (entry.name === 'rule.applied') fold.ruleApplied(entry);
    else if (contentStates[entry.name] !== undefined) fold.contentsChanged(entry);
  }
  return fold.rows(entries.at(-1)?.atNs ?? 0);
}

class LineageFold {
  readonly #holdings: Mutable<HoldingRow>[] = [];
  readonly #moves: Mutable<MoveRow>[] = [];
  readonly #steps: StepRow[] = [];
  readonly #snapshots: Mutable<SnapshotRow>[] = [];
  readonly #ofCut = new Map<string, Mutable<SnapshotRow>>();
  /** Hosts that keep a record of one attempt, by volume, cell and attempt. */
  readonly #keepers = new Map<string, Set<string>>();
  /** The last attempt that most hosts of a cell took part in, by volume and cell. */
  readonly #chosen = new Map<string, Accepted>();
  readonly #open = new Map<string, Mutable<HoldingRow>>();
  readonly #records = new Map<string, VolumeRecord>();
  /** Roll-backs by volume and index in the log. */
  readonly #rolledBack = new Set<string>();
  readonly #rules = new RuleTally();

  accepted(entry: MarkEntry): void {
    const fact = entry.facts as unknown as Accepted;
    const { volume, cell, ballot, record, memberCount } = fact;
    const place = `${volume} ${cell}`;
    const before = this.#chosen.get(place);
    if (before !== undefined && !isAfter(ballot, before.ballot)) return;
    const attempt = `${place} ${ballot.count} ${ballot.by}`;
    const keepers = this.#keepers.get(attempt) ?? new Set();
    this.#keepers.set(attempt, keepers.add(entry.actor));
    if (2 * keepers.size <= memberCount) return;
    this.#chosen.set(place, fact);
    this.#keepers.delete(attempt);
    this.#hold(volume, cell, record.state, entry.atNs);
    const move = this.#moveOf(volume, record.moveId);
    if (record.state === 'sealed' && move !== undefined) move.sealedNs ??= entry.atNs;
    if (authoritative.includes(record.state)) this.#resumed(volume, entry.atNs);
  }

  recorded({ atNs, actor, facts }: MarkEntry): void {
    const { volume, record, change, logIndex = 0 } = facts as unknown as Recorded;
    const before = this.#records.get(volume);
    this.#records.set(volume, record);
    if (before === undefined) this.#first(volume, record, atNs);
    this.#addSnapshots(volume, record, { atNs, actor });
    if (change?.kind === 'swap-merits') {
      this.#rollBack(volume, logIndex, change.preferred ?? '', { atNs, actor });
    }
    this.#followMove(volume, before?.move ?? null, record, { atNs, actor });
  }

  ruleApplied(entry: MarkEntry): void {
    const { atNs, actor, facts } = entry;
    const { volume, request, rule, taker } = facts as unknown as Applied;
    this.#rules.observe(entry);
    const does = taker === null ? 'nobody takes it' : `${taker} takes it`;
    const router = actor.split('/')[0]!;
    const what = `rule ${rule} for ${request}: ${does}`;
    this.#addStep({ atNs, volume, actor: router, cell: taker ?? '', what, isRule: true });
  }

  contentsChanged({ name, facts }: MarkEntry): void {
    const row = this.#ofCut.get((facts as { readonly snapshot: string }).snapshot);
    // One that is lost stays that, though its name may be deleted.
    if (row !== undefined && row.state !== 'error') row.state = contentStates[name]!;
  }

  rows(endNs: number): LineageRows {
    for (const row of this.#open.values()) row.endNs = endNs;
    const holdings = this.#holdings.filter((row) => row.endNs > row.startNs);
    return {
      holdings,
      moves: this.#moves,
      steps: this.#steps,
      snapshots: this.#snapshots,
      rules: this.#rules.rows(),
    };
  }

  // Its owner had it from the beginning, though no host had to be told.
  #first(volume: string, record: VolumeRecord, atNs: number): void {
    if (record.lastMove > 0) return;
    const place = `${volume} ${record.owner}`;
    if (!this.#open.has(place)) this.#hold(volume, record.owner, 'active', atNs);
  }

  #hold(volume: string, cell: string, state: string, atNs: number): void {
    const place = `${volume} ${cell}`;
    const before = this.#open.get(place);
    if (before?.state === state) return;
    if (before !== undefined) before.endNs = atNs;
    const row = { volume, cell, state, startNs: atNs, endNs: atNs };
    this.#open.set(place, row);
    this.#holdings.push(row);
    if (before !== undefined || state !== 'active' || atNs > 0) {
      this.#addStep({ atNs, volume, actor: cell, cell, what: `is ${state}`, isRule: false });
    }
  }

  #resumed(volume: string, atNs: number): void {
    for (const move of this.#moves) {
      if (move.volume === volume && move.sealedNs !== null) move.resumedNs ??= atNs;
    }
  }

  #addSnapshots(
    volume: string,
    { chain }: VolumeRecord,
    { atNs, actor }: { readonly atNs: number; readonly actor: string },
  ): void {
    const own = this.#snapshots.filter((row) => row.volume === volume).length;
    for (const { request, cell, cut } of chain.slice(own)) {
      const parent = this.#snapshots.findLastIndex((row) => row.volume === volume);
      const row = {
        volume,
        request,
        cell,
        publishedNs: atNs,
        parent: parent < 0 ? null : parent,
        state: 'published',
      };
      this.#snapshots.push(row);
      if (cut !== undefined) this.#ofCut.set(cut, row);
      const what = `publishes ${request}`;
      this.#addStep({ atNs, volume, actor, cell, what, isRule: false });
    }
  }

  #rollBack(
    volume: string,
    logIndex: number,
    cell: string,
    { atNs, actor }: { readonly atNs: number; readonly actor: string },
  ): void {
    const key = `${volume} ${logIndex}`;
    if (this.#rolledBack.has(key)) return;
    this.#rolledBack.add(key);
    const what = `rolls back: prefers ${cell} for what is new`;
    this.#addStep({ atNs, volume, actor, cell, what, isRule: false });
  }

  #followMove(
    volume: string,
    before: VolumeRecord['move'],
    { move }: VolumeRecord,
    { atNs, actor }: { readonly atNs: number; readonly actor: string },
  ): void {
    const say = (what: string, cell: string) =>
      this.#addStep({ atNs, volume, actor, cell, what, isRule: false });
    if (before !== null && before.id !== move?.id) {
      say(`clears move ${before.id}`, '');
      const closed = this.#moveOf(volume, before.id);
      if (closed !== undefined) closed.closedNs ??= atNs;
    }
    if (move === null) return;
    const { id, source, target, decision } = move;
    if (this.#moveOf(volume, id) === undefined) {
      const undecided = { decision: 'open', sealedNs: null, decidedNs: null } as const;
      const row = { volume, move: id, source, target, openedNs: atNs, ...undecided };
      this.#moves.push({ ...row, resumedNs: null, closedNs: null });
      say(`opens move ${id} to ${target}`, source);
    }
    const wasImported = before?.id === id && before.isImported;
    if (move.isImported && !wasImported) say(`notes that ${target} has the data`, target);
    const row = this.#moveOf(volume, id)!;
    if (decision === 'open' || row.decidedNs !== null) return;
    row.decision = decision;
    row.decidedNs = atNs;
    say(`decides move ${id}: ${decision}`, decision === 'commit' ? target : source);
  }

  #moveOf(volume: string, id: number): Mutable<MoveRow> | undefined {
    return this.#moves.find((row) => row.volume === volume && row.move === id);
  }

  // A step belongs to the move that is on record, or was the last one until it is closed.
  #addStep(step: Omit<StepRow, 'move'>): void {
    const last = this.#moves.findLast(({ volume }) => volume === step.volume);
    const isOver = last === undefined || (last.closedNs !== null && last.closedNs < step.atNs);
    this.#steps.push({ ...step, move: isOver ? 0 : last.move });
  }
}

function isAfter(a: Accepted['ballot'], b: Accepted['ballot']): boolean {
  return a.count > b.count || (a.count === b.count && a.by > b.by);
}
