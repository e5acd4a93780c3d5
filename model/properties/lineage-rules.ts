// LIN-20: a router does what the table says. The table is read again here, by what the router says
// it has seen; that the table itself is right is the business of the other properties.
import type { ActorId, Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import type { Seen } from '../lineage/drive.ts';
import { decide, impostors, type NamedSeen } from '../lineage/router.ts';
import { ruleFor } from '../lineage/rules.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** Nothing is decided beside the table. */
export const lineageRuleFollowed: Property = {
  id: 'lineage-rule-followed',
  mode: 'always',
  summary: 'routers decide by the rule table, and have taken only what and where it says',
  kinds: ['mark'],
  monitor: () => new RuleMonitor(),
};

type Applied = Mark<'rule.applied'>['facts'];

class RuleMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostLineage();
  /** What each request has decided last, and the time before. */
  readonly #applied = new Map<ActorId, readonly Applied[]>();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    if (isMark(entry, 'rule.applied')) return this.#onApplied(entry);
    if (isMark(entry, 'take.sent')) return this.#onTake(entry);
    if (isMark(entry, 'request.answered')) return this.#onAnswered(entry);
    return isMark(entry, 'conflict.resolved') ? this.#onConflict(entry) : null;
  }

  end(): null {
    return null;
  }

  #onApplied({ actor, facts }: Mark<'rule.applied'>): Finding | null {
    this.evaluatedCount += 1;
    this.#applied.set(actor, [...(this.#applied.get(actor)?.slice(-1) ?? []), facts]);
    const [first, alternate] = seenBy(facts);
    const { rule, taker } = decide(first, alternate, ruleFor);
    const expected = decisionText(rule.name, taker?.cell ?? null, taker?.epoch ?? null);
    const observed = decisionText(facts.rule, facts.taker, facts.takerEpoch);
    if (expected === observed) return null;
    const what = `request '${facts.request}' decided by ${pairText(facts)} what no rule says`;
    return { what, expected, observed };
  }

  #onTake({ actor, facts }: Mark<'take.sent'>): Finding | null {
    this.evaluatedCount += 1;
    const last = this.#applied.get(actor)?.at(-1);
    if (last?.taker === facts.cell && last.takerEpoch === facts.epoch) return null;
    const seen = last === undefined ? 'nothing seen' : pairText(last);
    return {
      what: `request '${facts.request}' had a snapshot taken that no rule allows`,
      expected: last === undefined ? 'a look first' : decisionOf(last),
      observed: `a take in '${facts.cell}' in epoch ${facts.epoch}, with ${seen}`,
    };
  }

  // Cells that do not know a volume prove nothing: it is there while the authority knows it.
  #onAnswered({ facts }: Mark<'request.answered'>): Finding | null {
    const { request, status, volume } = facts;
    const known = this.#ghost.places().get(volume);
    if (status !== 'not-found' || known === undefined) return null;
    return {
      what: `request '${request}' was told that its volume does not exist`,
      expected: `'${volume}', which is owned by '${known.record.owner}'`,
      observed: 'an answer `not-found`',
    };
  }

  // Who gives way follows from two looks alike, and from what the authority has recorded.
  #onConflict({ actor, facts }: Mark<'conflict.resolved'>): Finding | null {
    this.evaluatedCount += 1;
    const { request, owner, ownerSince, fenced } = facts;
    const [before, last] = this.#applied.get(actor) ?? [];
    const what = `request '${request}' resolved a conflict in its own way`;
    if (before === undefined || last === undefined || pairText(before) !== pairText(last)) {
      const observed = [before, last].map((one) => (one === undefined ? 'none' : pairText(one)));
      return { what, expected: 'two looks alike', observed: observed.join(', then ') };
    }
    const known = this.#ghost.places().get(facts.volume)?.record;
    if (known === undefined) return null;
    const record = { ...known, owner, ownerSince };
    const cells = impostors(seenBy(last), record).map((one) => ('cell' in one ? one.cell : ''));
    if (cells.join() === fenced.join()) return null;
    return { what, expected: `fences: ${cells.join()}`, observed: `fences: ${fenced.join()}` };
  }
}

function seenBy({ cells, pair, epochs }: Applied): readonly [NamedSeen, NamedSeen] {
  const seen = (at: 0 | 1): NamedSeen => {
    const one: Seen = { state: pair[at], epoch: epochs[at], moveId: 0, closedMove: 0 };
    return { cell: cells[at], seen: one };
  };
  return [seen(0), seen(1)];
}

function decisionText(rule: string, taker: string | null, epoch: number | null): string {
  return taker === null ? `${rule}: no take` : `${rule}: a take in '${taker}' in epoch ${epoch}`;
}

function decisionOf({ rule, taker, takerEpoch }: Applied): string {
  return decisionText(rule, taker, takerEpoch);
}

function pairText({ cells, pair, epochs }: Applied): string {
  const one = (at: 0 | 1) => `'${cells[at]}' ${pair[at]} in epoch ${epochs[at]}`;
  return `${one(0)} and ${one(1)}`;
}
