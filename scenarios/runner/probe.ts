// A run that is watched in order to be compared with another run of the same scenario and seed, in
// this process or in one far away.
import type { Entry, Ns, Verdict } from '../../sim/index.ts';
import { canonicalJson } from './canonical-json.ts';
import type { RunMoment, RunOptions } from './run-result.ts';

/** What is wanted of a run besides its outcome. Events are counted from 1. */
export interface ProbeRequest {
  /** Fingerprints after event `after + stride`, `after + 2 * stride` ... up to `until`. */
  readonly after: number;
  readonly until: number;
  readonly stride: number;
  /** Tell all events above `after`, up to `until`, in full. */
  readonly isFull: boolean;
}

/** An event of a run and all that it left in the record. */
export interface ProbedEvent {
  /** Counts from 1; what happens after the last event is told as one event more. */
  readonly number: number;
  readonly atNs: Ns;
  /** The hash of everything up to this event, and of this event. */
  readonly fingerprint: string;
  readonly choiceCount: number;
  readonly entries: readonly Entry[];
}

/** What came of a watched run. */
export interface ProbeAnswer {
  readonly fingerprint: string;
  readonly eventCount: number;
  /** The verdict as it would be written: it must be the same bytes. */
  readonly verdictText: string;
  readonly exit: Verdict['exit'];
  readonly checkpoints: readonly string[];
  readonly events: readonly ProbedEvent[];
}

/** Runs once more, watched. It answers why it could not as a text. */
export type Probe = (request: ProbeRequest) => Promise<ProbeAnswer | { readonly failure: string }>;

/** The parts of a run that a watcher takes. */
export type Watcher = Required<Pick<RunOptions, 'onEntry' | 'onEvent'>>;

/** A request for nothing but the outcome. */
export const outcomeOnly: ProbeRequest = { after: 0, until: 0, stride: 1, isFull: false };

/** Watches one run. `run` carries it out with the watcher that it is given. */
export function probe(run: (watcher: Watcher) => Verdict, request: ProbeRequest): ProbeAnswer {
  const { after, until, stride, isFull } = request;
  const checkpoints: string[] = [];
  const events: ProbedEvent[] = [];
  let isLastTold = false;
  const gather = eachEvent((event) => {
    const { number } = event;
    if (number <= after || number > until) return;
    if ((number - after) % stride === 0) checkpoints.push(event.fingerprint);
    isLastTold = number === until;
    if (isFull) events.push({ ...event, entries: [...event.entries] });
  });
  const verdict = run(gather.watcher);
  const { fingerprint, eventCount } = verdict;
  if (isFull && !isLastTold) events.push(gather.rest(verdict));
  const verdictText = canonicalJson(verdict);
  return { fingerprint, eventCount, verdictText, exit: verdict.exit, checkpoints, events };
}

/** Tells events one by one, each with its entries; the list of entries is used again. */
export function eachEvent(tell: (event: ProbedEvent) => void): {
  readonly watcher: Watcher;
  /** What happened after the last event. */
  rest(verdict: Verdict): ProbedEvent;
} {
  const entries: Entry[] = [];
  let choiceCount = 0;
  return {
    watcher: {
      onEntry: (entry) => void entries.push(entry),
      onEvent(moment: RunMoment) {
        choiceCount = moment.choiceCount;
        const { eventCount: number, nowNs: atNs, fingerprint } = moment;
        tell({ number, atNs, fingerprint, choiceCount, entries });
        entries.length = 0;
      },
    },
    rest({ eventCount, simulatedNs, fingerprint }) {
      const number = eventCount + 1;
      return { number, atNs: simulatedNs, fingerprint, choiceCount, entries: [...entries] };
    },
  };
}
