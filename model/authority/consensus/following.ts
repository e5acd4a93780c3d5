// What a member does with what a leader sends: its log becomes the leader's.
import type { ActorId } from '../../../sim/index.ts';
import type {
  AppendEntries,
  AppendReply,
  InstallSnapshot,
  LogEntry,
} from '../../messages/consensus.ts';
import { isRefilling, noteRefilled } from './refill.ts';
import { lastIndexOf, type Turn, termAt } from './state.ts';
import { commitTo, sendWhenSaved, stepDown, write } from './terms.ts';

/** Entries from a leader, or a heartbeat. */
export function onAppend<R>(turn: Turn<R>, append: AppendEntries<R>, from: ActorId): void {
  const { state } = turn;
  if (!acceptLeader(turn, append, from)) return;
  const { previousIndex, previousTerm, entries } = append;
  const known = termAt(state, previousIndex);
  if (previousIndex > state.baseIndex && known !== previousTerm) {
    reply(turn, append, from, { ok: false, index: nextToTry(turn, previousIndex) });
    return;
  }
  takeEntries(turn, previousIndex + 1, entries);
  const index = previousIndex + entries.length;
  commitTo(turn, Math.min(append.commitIndex, index));
  noteRefilled(turn, append, index);
  reply(turn, append, from, { ok: true, index });
}

/** The state as of an entry, in place of the log up to there. */
export function onInstall<R>(turn: Turn<R>, install: InstallSnapshot, from: ActorId): void {
  const { state, effects } = turn;
  if (!acceptLeader(turn, install, from)) return;
  const { index, indexTerm, snapshot } = install;
  if (index > state.commitIndex) {
    const isKnown = termAt(state, index) === indexTerm;
    state.entries = isKnown ? state.entries.slice(index - state.baseIndex) : [];
    state.baseIndex = index;
    state.baseTerm = indexTerm;
    state.snapshot = snapshot;
    state.commitIndex = index;
    noteTruncated(turn, index);
    write(turn, { kind: 'snapshot', index, term: indexTerm, snapshot });
    // What follows was in the log before; it is written once more, after the snapshot.
    const entries = state.entries.slice();
    if (entries.length > 0) write(turn, { kind: 'entries', index: index + 1, entries });
    state.appended.push({ write: state.write, index: lastIndexOf(state) });
    effects.push({ kind: 'install', index, snapshot });
  }
  noteRefilled(turn, install, index);
  reply(turn, install, from, { ok: true, index });
}

type FromLeader<R> = AppendEntries<R> | InstallSnapshot;

// Whoever leads in a term as high as the own is the leader. A member that may have promised more
// than it knows listens to nobody.
function acceptLeader<R>(turn: Turn<R>, message: FromLeader<R>, from: ActorId): boolean {
  const { state, effects } = turn;
  if (isRefilling(state) === 'asking') return false;
  if (message.term < state.term) {
    reply(turn, message, from, { ok: false, index: lastIndexOf(state) + 1 });
    return false;
  }
  if (state.role === 'leader' && message.term === state.term) return false;
  stepDown(turn, message.term, from);
  state.heardNs = turn.nowNs;
  effects.push({ kind: 'heard' });
  return true;
}

// Skips all entries of a term that does not agree, or that this member lacks (section 5.3).
function nextToTry({ state }: Turn<unknown>, previousIndex: number): number {
  const lastIndex = lastIndexOf(state);
  if (previousIndex > lastIndex) return lastIndex + 1;
  const term = termAt(state, previousIndex);
  let index = previousIndex;
  while (index > state.commitIndex + 1 && termAt(state, index - 1) === term) index -= 1;
  return index;
}

function takeEntries<R>(turn: Turn<R>, first: number, entries: readonly LogEntry<R>[]): void {
  const { state } = turn;
  // What is committed is the same everywhere.
  let skipCount = Math.max(0, state.commitIndex + 1 - first);
  while (skipCount < entries.length) {
    if (termAt(state, first + skipCount) !== entries[skipCount]!.term) break;
    skipCount += 1;
  }
  if (skipCount >= entries.length) return;
  const index = first + skipCount;
  const taken = entries.slice(skipCount);
  state.entries.length = index - state.baseIndex - 1;
  noteTruncated(turn, index - 1);
  for (const entry of taken) state.entries.push(entry);
  const number = write(turn, { kind: 'entries', index, entries: taken });
  state.appended.push({ write: number, index: lastIndexOf(state) });
}

function noteTruncated({ state }: Turn<unknown>, lastIndex: number): void {
  state.durableIndex = Math.min(state.durableIndex, lastIndex);
  state.appended = state.appended.map((one) => ({
    write: one.write,
    index: Math.min(one.index, lastIndex),
  }));
}

function reply<R>(
  turn: Turn<R>,
  to: FromLeader<R>,
  leader: ActorId,
  what: { readonly ok: boolean; readonly index: number },
): void {
  const { term, life } = turn.state;
  const { round } = to;
  const answer: AppendReply = { type: 'append.reply', term, life, round, ...what };
  sendWhenSaved(turn, leader, answer);
}
