// MAP-20: the log goes on for as long as a checkpoint can stand for it. One that has no room for
// what it has to hold will have none later: the log fills up, and the authority refuses for good.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** Whatever the map and its requests have come to, a checkpoint has room for it. */
export const checkpointHasRoom: Property = {
  id: 'checkpoint-has-room',
  mode: 'always',
  summary: 'a checkpoint of the authority has room for its map and the requests it remembers',
  kinds: ['mark'],
  monitor: () => new CheckpointRoomMonitor(),
};

class CheckpointRoomMonitor implements Monitor {
  evaluatedCount = 0;

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'checkpoint.started')) this.evaluatedCount += 1;
    if (!isMark(entry, 'checkpoint.abandoned') || entry.facts.reason !== 'too-large') return null;
    const { recordCount } = entry.facts;
    this.evaluatedCount += 1;
    return {
      what: `'${entry.actor}' has no room for a checkpoint after ${recordCount} records`,
      expected: 'a checkpoint that fits its area, whatever was asked of the authority',
      observed: 'a state that is larger than the area',
    };
  }

  end(): null {
    return null;
  }
}
