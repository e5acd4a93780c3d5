// Two cells that seem authoritative are no alarm yet: a router asks them one after the other, and a
// hand-over may lie between the answers. An alarm is one only where there truly were two.
import type { ActorId, Entry, Finding, Property } from '../../sim/index.ts';
import { isAuthoritative } from '../lineage/cell-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { LineageStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { isMark, type Mark } from './marks.ts';

/** No false alarm. */
export const lineageAlarmJustified: Property = {
  id: 'lineage-alarm-justified',
  mode: 'always',
  summary: 'an alarm that two cells are authoritative is given only where two truly were',
  kinds: ['mark'],
  monitor: () => new AlarmMonitor(),
};

class AlarmMonitor extends LineageMonitor {
  /** Volumes that two cells took for theirs at an instant; one of them may have been overruled. */
  readonly #doubled = new Set<VolumeId>();
  /** Requests that saw two last. */
  readonly #seeing = new Set<ActorId>();

  override observe(entry: Entry): Finding | null {
    super.observe(entry);
    if (isMark(entry, 'rule.applied')) this.#look(entry);
    return isMark(entry, 'volume.quarantined') ? this.#judgeAlarm(entry) : null;
  }

  protected override judge({ volume }: LineageStep): null {
    const held = this.ghost.cellsOf(volume).filter(([, { state }]) => isAuthoritative(state));
    if (held.length > 1) this.#doubled.add(volume);
    return null;
  }

  // Each look at two is an occasion for a false alarm.
  #look({ actor, facts }: Mark<'rule.applied'>): void {
    this.#seeing.delete(actor);
    if (!facts.pair.every((seen) => seen === 'active' || seen === 'migrating')) return;
    this.evaluatedCount += 1;
    this.#seeing.add(actor);
  }

  #judgeAlarm({ actor, facts }: Mark<'volume.quarantined'>): Finding | null {
    const { volume, request, reason } = facts;
    if (!this.#seeing.has(actor) || this.#doubled.has(volume)) return null;
    const cells = this.ghost.authoritative(volume).map(([cell]) => `'${cell}'`);
    return {
      what: `request '${request}' gave an alarm about '${volume}'`,
      expected: 'a second look: never were two cells authoritative at once',
      observed: `${reason}; authoritative is ${cells.join(', ') || 'none'}`,
    };
  }
}
