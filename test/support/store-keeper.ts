// A log store, and one who does nothing but keep things in it: batches, votes, batches that cut
// what was there, checkpoints. Small enough to lose power at each instant, in every way its disk
// can go.
//
//   vote, append, append, cut and append, vote, ...      one after the other
//        checkpoint ........ checkpoint ....             beside them
//
// What it notes: `kept.begun` and `kept.acked` of each thing, and `kept.opened`, what an opened
// store had. Each record has a number of its own, so the whole state is a list of numbers and a
// vote.
import type { LogEntry } from '../../model/authority/log.ts';
import { LogStore } from '../../model/authority/log-store.ts';
import type { LogStoreNews } from '../../model/authority/log-store-news.ts';
import type { Spoiled } from '../../model/authority/log-tail.ts';
import type { Vote } from '../../model/authority/superblock.ts';
import type { MutantId } from '../../model/index.ts';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import { isBadBlock } from '../../sim/disk/media-faults.ts';
import {
  type Behavior,
  type ChoiceSource,
  createWorld,
  cutOffBlocks,
  type DeviceSpec,
  type Entry,
  type IoCompletion,
  makeDevice,
  nsPerMs,
  type Outbox,
  type World,
} from '../../sim/index.ts';
import { crashChoices } from './cut-authority.ts';

/** A block in a hundred: a salt that strikes one block alone is soon found. */
const rotPpm = 10_000;

/** Blocks of the device: the fewest that a log store takes. */
export const storeBlockCount = 64;

/** A store that fails is opened so often, as what was read may be another thing the next time. */
const openingMax = 4;

/** How a keeper is told to go about it. */
export interface KeeperInput {
  /** After so many things it rests; after a restart it has a few more to do. */
  readonly thingMax: number;
  /** Records between checkpoints. */
  readonly checkpointEvery: number;
  /** One in so many appends cuts the two records before it. */
  readonly cutEvery: number;
  readonly mutants: readonly MutantId[];
  /** Votes, too; without them damage fails the device, as for an authority of one. */
  readonly isMember: boolean;
  /** What it knows of its device. */
  readonly cutOffAs: readonly Spoiled[];
}

/** What is asked of the store; a checkpoint is not a change. */
export type Thing =
  | { readonly kind: 'vote'; readonly term: number }
  | { readonly kind: 'append'; readonly at: number; readonly records: readonly number[] };

interface KeeperState {
  readonly input: KeeperInput;
  readonly store: LogStore;
  /** Numbers of all records from the first on. */
  kept: number[];
  term: number;
  /** Records that a checkpoint was begun of: they are decided, and never cut. */
  decidedCount: number;
  thingCount: number;
  nextRecord: number;
  doing: Thing | null;
  failCount: number;
}

function keep(state: KeeperState, out: Outbox): void {
  const { store, input } = state;
  if (state.doing !== null || !store.isOpen || state.thingCount >= input.thingMax) return;
  const isCheckpointDue = state.kept.length - store.checkpointedCount >= input.checkpointEvery;
  if (isCheckpointDue && !store.isCheckpointing && state.kept.length === store.endIndex) {
    const recordCount = state.kept.length;
    const pieces = [state.kept.slice(0, recordCount / 2), state.kept.slice(recordCount / 2)];
    store.writeCheckpoint(out, { recordCount, term: state.term, pieces });
    state.decidedCount = recordCount;
  }
  const thing = nextThing(state);
  if (thing.kind === 'append' && thing.records.length > store.roomCount) return;
  state.thingCount += 1;
  state.doing = thing;
  out.mark('kept.begun', { thing });
  if (thing.kind === 'vote') store.saveVote(out, voteOf(thing.term));
  else store.append(out, thing.at, thing.records.map(entryOf));
}

// Batches of one to four records, whatever was kept before.
function nextThing({
  input,
  kept,
  term,
  decidedCount,
  thingCount,
  nextRecord,
}: KeeperState): Thing {
  if (input.isMember && thingCount % 7 === 0) return { kind: 'vote', term: term + 1 };
  const isCut = thingCount % input.cutEvery === input.cutEvery - 1;
  const cutCount = isCut ? Math.min(2, kept.length - decidedCount) : 0;
  const records = Array.from({ length: 1 + (thingCount % 4) }, (_, i) => nextRecord + i);
  return { kind: 'append', at: kept.length - cutCount, records };
}

function voteOf(term: number): Vote {
  return { term, votedFor: `member-${term}` };
}

function entryOf(identity: number): LogEntry {
  return { term: 0, record: { kind: 'device.joined', host: 'host-1', identity } };
}

function recordOf({ record }: LogEntry): number {
  return record.kind === 'device.joined' ? record.identity : -1;
}

function onNews(state: KeeperState, out: Outbox, news: LogStoreNews): void {
  switch (news.type) {
    case 'opened': {
      const entries = news.entries.map(recordOf);
      state.kept = [...((news.pieces ?? []) as number[][]).flat(), ...entries];
      state.term = news.vote.term;
      const { recordCount } = news;
      state.decidedCount = recordCount;
      out.mark('kept.opened', { kept: state.kept.slice(), vote: news.vote, recordCount });
      break;
    }
    case 'damaged':
      out.mark('kept.damaged', { vote: news.vote });
      break;
    case 'failed':
      state.failCount += 1;
      if (state.failCount < openingMax) state.store.open(out);
      else out.mark('kept.failed');
      break;
    case 'appended':
    case 'vote.saved':
      finish(state, out);
      break;
    default:
      break;
  }
}

function finish(state: KeeperState, out: Outbox): void {
  const { doing } = state;
  if (doing === null) return;
  state.doing = null;
  if (doing.kind === 'vote') state.term = doing.term;
  else {
    state.kept.length = doing.at;
    state.kept.push(...doing.records);
    state.nextRecord += doing.records.length;
  }
  out.mark('kept.acked', { thing: doing });
}

const keeper: Behavior<KeeperState, KeeperInput> = {
  name: 'keeper',
  init(input, self, out) {
    const store = new LogStore({
      device: 'disk',
      logBlockCount: storeBlockCount,
      cutOffAs: input.cutOffAs,
      mutants: new Set(input.mutants),
      salvages: input.isMember,
    });
    store.open(out);
    const nextRecord = 1 + self.incarnation * 10_000;
    const thingCount = self.incarnation === 0 ? 0 : Math.max(0, input.thingMax - 8);
    const nothing = { kept: [], term: 0, decidedCount: 0, doing: null, failCount: 0 };
    return { input, store, thingCount, nextRecord, ...nothing };
  },
  receive(state, message, _from, _self, out) {
    if (message.type !== 'io.completed') return state;
    for (const news of state.store.onIo(out, message as IoCompletion)) onNews(state, out, news);
    keep(state, out);
    return state;
  },
  copy: (state) => ({ ...state, store: state.store.copy(), kept: state.kept.slice() }),
};

/** What the device leaves of a block that was being written when the power went. */
export type Interrupted = 'whole' | 'torn' | 'unreadable';

function deviceOf(interrupted: Interrupted): DeviceSpec {
  const plain = deviceSpecs(['nvme-consumer'])['nvme-consumer']!;
  const guarantees = { ...plain.guarantees, awupfBlocks: 0, interrupted };
  return { ...plain, guarantees };
}

/** A world with a keeper, recording everything. */
export function keeperWorld(
  input: Partial<KeeperInput> = {},
  interrupted: Interrupted = 'whole',
): World {
  const world = createWorld({ seed: '1', level: 'full' });
  const spec = deviceOf(interrupted);
  const device = makeDevice(spec, { blockCount: storeBlockCount, seed: 1 });
  const plain = { thingMax: 70, checkpointEvery: 11, cutEvery: 1_000, isMember: false };
  const cutOffAs = cutOffBlocks(spec.guarantees);
  const told: KeeperInput = { ...plain, cutOffAs, mutants: [], ...input };
  world.addNode({ id: 'keeper' });
  world.addDevice('keeper', 'disk', device);
  world.spawn({ id: 'keeper', node: 'keeper', behavior: keeper, input: told });
  return world;
}

/** The store of the keeper. */
export function storeOf(world: World): LogStore {
  return (world.actor('keeper').state as KeeperState).store;
}

/** Rots one block of the device and no other. */
export function rot(world: World, block: number): void {
  const { contents } = world.node('keeper').devices.get('disk')!.device;
  const isStruck = (salt: number, at: number) => isBadBlock({ sharePpm: rotPpm, salt }, at);
  const others = Array.from({ length: storeBlockCount }, (_, at) => at).filter((b) => b !== block);
  let salt = 1;
  while (!isStruck(salt, block) || others.some((at) => isStruck(salt, at))) salt += 1;
  contents!.rot({ sharePpm: rotPpm, salt, hitsPayloads: true });
}

/** What lies in a block now. */
export function payloadAt(world: World, block: number): unknown {
  return world.node('keeper').devices.get('disk')!.device.contents!.image().payloadAt(block);
}

/** Loses power and comes back; `choices` decide what the disk keeps. */
export function losePower(before: World, choices: ChoiceSource, forNs = 20 * nsPerMs): World {
  const world = before.fork({ choices: crashChoices(choices) });
  world.crash('keeper', { power: true });
  world.restart('keeper');
  world.runUntil(world.now + forNs);
  return world;
}

/**
 * The next flush fails, and reads show what it dropped; the process dies of it, comes back, and has
 * just said what it has when the power goes.
 */
export function failFlush(before: World, choices: ChoiceSource): World {
  const world = before.fork({ choices: crashChoices(choices) });
  const [atNs, forNs] = [world.now, 10 * nsPerMs];
  const params = { readable: true };
  world.scheduleFault({ kind: 'failed-flush', atNs, forNs, target: 'keeper', params });
  runUntilEntry(world, (entry) => entry.kind === 'io' && entry.status !== 'ok');
  world.crash('keeper', { power: false });
  world.runUntil(atNs + forNs);
  world.restart('keeper');
  runUntilEntry(world, (entry) => entry.kind === 'mark' && entry.name === 'kept.opened');
  return losePower(world, choices);
}

function runUntilEntry(world: World, isIt: (entry: Entry) => boolean): void {
  const first = world.entries.length;
  world.runUntil(world.now + 10 * nsPerMs, () => world.entries.slice(first).some(isIt));
}

/** What a store may have when it is opened. */
interface Kept {
  readonly kept: readonly number[];
  readonly term: number;
}

/** What is wrong with what was found each time that the store was opened. */
export function keeperTrouble(world: World): readonly string[] {
  const trouble: string[] = [];
  let told: Kept = { kept: [], term: 0 };
  let doing: Thing | null = null;
  for (const entry of world.entries) {
    if (entry.kind !== 'mark') continue;
    const { thing } = entry.facts as { readonly thing: Thing };
    if (entry.name === 'kept.begun') doing = thing;
    if (entry.name === 'kept.acked') {
      told = after(told, thing);
      doing = null;
    }
    if (entry.name === 'kept.damaged' || entry.name === 'kept.failed') trouble.push(entry.name);
    if (entry.name !== 'kept.opened') continue;
    const { kept, vote } = entry.facts as { readonly kept: number[]; readonly vote: Vote };
    const found: Kept = { kept, term: vote.term };
    const allowed = allowedAfter(told, doing).map(textOf);
    if (!allowed.includes(textOf(found))) {
      trouble.push(`found ${textOf(found)}, expected ${allowed.join(' or ')}`);
    }
    if (vote.votedFor !== voteOf(vote.term).votedFor && vote.term > 0) trouble.push('another vote');
    told = found;
    doing = null;
  }
  return trouble;
}

function after({ kept, term }: Kept, thing: Thing): Kept {
  if (thing.kind === 'vote') return { kept, term: thing.term };
  return { kept: [...kept.slice(0, thing.at), ...thing.records], term };
}

// A cut may have taken effect without what was to follow it.
function allowedAfter(told: Kept, doing: Thing | null): readonly Kept[] {
  if (doing === null) return [told];
  const both = [told, after(told, doing)];
  if (doing.kind === 'vote') return both;
  return [...both, { ...told, kept: told.kept.slice(0, doing.at) }];
}

function textOf({ kept, term }: Kept): string {
  return `${kept.length} records to ${kept.slice(-6).join(' ')} in term ${term}`;
}
