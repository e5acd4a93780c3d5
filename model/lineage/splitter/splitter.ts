// Splits a cell whose records change too often: reads the record of each volume once a second, and
// where the volumes of the cell change more often than the limit over a window, has the busiest of
// them moved to a new cell. It opens the moves and no more; movers bring them to their end. Two
// things keep it from splitting twice for one cause: it waits while a volume of the cell moves, and
// after a split it counts anew, over a whole window.
//
//   once a second --route.read--> authority --route--> readings --over the limit--> volume.change
import type { ActorId, Behavior, Message, Ns, Outbox, Self } from '../../../sim/index.ts';
import { nsPerSec } from '../../../sim/index.ts';
import { heardFrom } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { Route } from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { CellSplitPlan } from '../../policies.ts';
import {
  askForRecords,
  beginWatching,
  changeRecord,
  copyWatching,
  isAnswer,
  type Watching,
} from '../watching.ts';
import { leavers, type RatedVolume, type Reading, ratePerSecOf, readingOf } from './rates.ts';

/** What a splitter is started with. */
export interface SplitterInput {
  readonly plan: CellSplitPlan;
  readonly volumes: readonly VolumeId[];
  readonly authorities: readonly ActorId[];
}

interface SplitterState {
  readonly input: SplitterInput;
  readonly watching: Watching;
  /** Of the last window and a little more, oldest first. */
  readonly readings: Map<VolumeId, readonly Reading[]>;
}

interface Step {
  readonly state: SplitterState;
  readonly self: Self;
  readonly out: Outbox;
}

interface LookDue {
  readonly type: 'look.due';
}

/** As often as movers look (assumed). */
const lookNs: Ns = nsPerSec;

/** The behavior of who splits a cell. */
export const cellSplitter: Behavior<SplitterState, SplitterInput> = {
  name: 'cell-splitter',

  init(input, self, out) {
    setDue(out);
    return { input, watching: beginWatching(input.authorities, self), readings: new Map() };
  },

  receive(state, message: Message, from, self, out) {
    const step: Step = { state, self, out };
    const known = message as ModelMessage | LookDue;
    heardFrom(state.watching.authority, from);
    if (known.type === 'look.due') look(step);
    else if (known.type === 'route') onRoute(step, known);
    return state;
  },

  copy: (state) => ({
    ...state,
    watching: copyWatching(state.watching),
    readings: new Map(state.readings),
  }),
};

function setDue(out: Outbox): void {
  const due: LookDue = { type: 'look.due' };
  out.setTimer('look', lookNs, due);
}

function look(step: Step): void {
  const { state, out } = step;
  setDue(out);
  splitIfDue(step);
  askForRecords(state.watching, state.input.volumes, out);
}

function onRoute({ state, self }: Step, route: Route): void {
  const { volume, known } = route;
  if (!isAnswer(state.watching, route) || known === null) return;
  const nowNs = self.nowNs();
  const { windowNs } = state.input.plan;
  const before = state.readings.get(volume) ?? [];
  const firstNs = nowNs - windowNs - 2 * lookNs;
  const recent = before.filter(({ atNs }) => atNs >= firstNs);
  state.readings.set(volume, [...recent, readingOf(known.record, nowNs)]);
}

function splitIfDue({ state, out }: Step): void {
  const { cell, to, ratePerSecMax, windowNs } = state.input.plan;
  const rated: RatedVolume[] = [];
  let isMoving = false;
  for (const [volume, readings] of state.readings) {
    const newest = readings.at(-1);
    isMoving ||= newest?.isMoving === true;
    if (newest?.owner !== cell) continue;
    const ratePerSec = ratePerSecOf(readings, windowNs);
    if (ratePerSec !== null) rated.push({ volume, ratePerSec });
  }
  const ratePerSec = rated.reduce((sum, one) => sum + one.ratePerSec, 0);
  if (rated.length > 0) out.gauge('cell.mutations', ratePerSec);
  if (ratePerSec <= ratePerSecMax || isMoving) return;
  const leaving = leavers(rated, ratePerSecMax);
  if (leaving.length === 0) return;
  const volumes = leaving.map(({ volume }) => volume);
  const leftPerSec = leaving.reduce((left, one) => left - one.ratePerSec, ratePerSec);
  out.mark('cell.split', { cell, to, ratePerSec, leftPerSec, ratePerSecMax, volumes });
  for (const volume of volumes) {
    const { lastMove } = state.readings.get(volume)!.at(-1)!;
    const change = { kind: 'open', target: to, lastMove } as const;
    changeRecord(state.watching, { volume, change }, out);
  }
  state.readings.clear();
}
