// A map authority, a client that notifies it by a script, and nothing else: small enough to be
// stopped at every point there is.
import type { AuthorityInput } from '../../model/authority/state.ts';
import {
  type AuthorityContact,
  askNext,
  contactOf,
  heardFrom,
  memberAsked,
} from '../../model/authority-contact.ts';
import { authorityMembers } from '../../model/authority-members.ts';
import type { MutantId } from '../../model/index.ts';
import type { Replica } from '../../model/map-entry.ts';
import type {
  ChangeVolume,
  ReadRoute,
  Route,
  VolumeChanged,
} from '../../model/messages/lineage.ts';
import type {
  ChangeNotification,
  EntryChange,
  MapPortion,
  MapUpdated,
  Receipt,
} from '../../model/messages/notifications.ts';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import {
  type Behavior,
  createWorld,
  cutOffBlocks,
  makeDevice,
  nsPerMs,
  type World,
} from '../../sim/index.ts';
import { cutAuthority, cutMember } from './cut-authority.ts';

/** Short, as is the story: a few round trips and flushes. */
const electionMinNs = 20 * nsPerMs;
const heartbeatNs = 5 * nsPerMs;
const rangeCount = 12;
/** Blocks of the device of each member. */
export const logBlockCount = 96;
const zoneOf = new Map([
  ['host-a', 'az-a'],
  ['host-b', 'az-b'],
  ['host-c', 'az-c'],
]);
const on = (host: string, slot: number, gen: number): Replica => ({ host, slot, gen });

/** What a requester may ask. */
export type StoryRequest = ChangeNotification | ChangeVolume | ReadRoute;

interface RequesterInput {
  readonly requests: readonly StoryRequest[];
  readonly authorities: readonly string[];
}

interface Requester {
  readonly contact: AuthorityContact;
  isHeard: boolean;
  readonly requests: readonly StoryRequest[];
  /** What each request still waits for. */
  readonly waiting: Map<number, Set<string>>;
}

const againNs = 10 * nsPerMs;
/** Requests that are on their way at once. */
const windowCount = 3;

/** Sends requests in order, some at a time, and again until each is answered. */
const requester: Behavior<Requester, RequesterInput> = {
  name: 'requester',
  init({ requests, authorities }, _self, out) {
    out.setTimer('again', 0, { type: 'again' });
    const waiting = requests.map((request) => [request.reqId, answersTo(request)] as const);
    const contact = contactOf(authorities);
    return { contact, isHeard: true, requests, waiting: new Map(waiting) };
  },
  receive(state, message, from, _self, out) {
    const open = () => state.requests.filter(({ reqId }) => state.waiting.has(reqId));
    const sendWindow = () => {
      for (const request of open().slice(0, windowCount))
        out.send(memberAsked(state.contact), request);
      if (open().length > 0) out.setTimer('again', againNs, { type: 'again' });
    };
    if (message.type === 'again') {
      if (!state.isHeard) askNext(state.contact);
      state.isHeard = false;
      sendWindow();
    } else {
      state.isHeard = true;
      heardFrom(state.contact, from);
      const { reqId } = message as Receipt | MapPortion | MapUpdated | Route | VolumeChanged;
      const answers = state.waiting.get(reqId);
      answers?.delete(message.type);
      if (answers?.size === 0) state.waiting.delete(reqId);
      if (answers?.size === 0 && open().length % windowCount === 0) sendWindow();
      if (state.waiting.size === 0 && answers?.size === 0) out.mark('story.ended');
    }
    return state;
  },
  copy: ({ contact, isHeard, requests, waiting }) => ({
    contact: { ...contact },
    isHeard,
    requests,
    waiting: new Map([...waiting].map(([reqId, answers]) => [reqId, new Set(answers)])),
  }),
};

function answersTo(request: StoryRequest): Set<string> {
  if (request.type === 'route.read') return new Set(['route']);
  if (request.type === 'volume.change') return new Set(['volume.changed']);
  const answers = new Set(['receipt']);
  if (request.need !== undefined) answers.add('map.portion');
  if (request.changes !== undefined) answers.add('map.updated');
  return answers;
}

/** A request of the script; without a session, as nobody has attached. */
export function scripted(
  reqId: number,
  what: Pick<ChangeNotification, 'need' | 'changes'>,
): ChangeNotification {
  const plain = { volume: 'vol-1', client: 'client-1', session: 0, reqId, seenVersion: 0 };
  return { type: 'notify', ...plain, ...what };
}

/** Moves the second copy of a range between two hosts; `turn` counts from 1. */
export function moved(range: number, turn: number, expectVersion = turn): EntryChange {
  const host = turn % 2 === 1 ? 'host-c' : 'host-b';
  return { range, expectVersion, next: [on('host-a', range, 1), on(host, range, 1 + turn)] };
}

/** Changes of several ranges, refused ones among them, and parts of the map, in turn. */
const script: readonly ChangeNotification[] = [
  scripted(1, { changes: [moved(0, 1), moved(1, 1), moved(2, 1, 7)] }),
  scripted(2, { need: [0, 1, 2, 3], changes: [moved(3, 1)] }),
  scripted(3, { need: [0] }),
  scripted(4, { changes: [moved(0, 2), moved(1, 2)] }),
  scripted(5, { changes: [moved(2, 1)] }),
  scripted(6, { need: [1, 3], changes: [moved(3, 2)] }),
];

/** How a story is told. */
export interface AuthorityStory {
  readonly seed?: string;
  readonly mutants?: readonly MutantId[];
  readonly input?: Partial<AuthorityInput>;
  readonly requests?: readonly StoryRequest[];
  /** The one cell that the volume is in; none by default. */
  readonly cell?: string;
  /** Members of the authority; 1 by default. */
  readonly memberCount?: number;
  /** What its devices leave of a block that they were writing when the power went. */
  readonly interrupted?: 'whole' | 'unreadable';
}

/** The members of an authority of so many. */
export function memberIds(memberCount = 1): readonly string[] {
  return authorityMembers({ zone: 'az-a', members: memberCount }, ['az-a']).map(({ id }) => id);
}

/** A world with the authority and the client, recording everything. */
export function authorityWorld({
  seed = '1',
  mutants = [],
  input = {},
  requests = script,
  memberCount = 1,
  interrupted = 'whole',
  cell,
}: AuthorityStory): World {
  const world = createWorld({ seed, level: 'full' });
  const plain = deviceSpecs(['nvme-consumer'])['nvme-consumer']!;
  const device =
    interrupted === 'whole'
      ? plain
      : { ...plain, guarantees: { ...plain.guarantees, awupfBlocks: 0, interrupted } };
  const ids = memberIds(memberCount);
  world.addNode({ id: 'client-1' });
  const full: AuthorityInput = {
    device: 'disk',
    logBlockCount,
    cutOffAs: cutOffBlocks(device.guarantees),
    checkpointEvery: 4,
    receipts: 'logged',
    portionEntryMax: 3,
    prefetchCount: 0,
    serviceTimeNs: 0,
    queueMax: 1,
    requestWindow: 256,
    leaseNs: 0,
    cellLeaseNs: 50 * nsPerMs,
    members: memberCount === 1 ? null : { ids, electionMinNs, heartbeatNs },
    zoneOf,
    volumes: [
      {
        id: 'vol-1',
        ...(cell === undefined ? {} : { cell }),
        replicaCount: 2,
        blocksPerRange: 4,
        entries: Array.from({ length: rangeCount }, (_, range) => ({
          range,
          version: 1,
          replicas: [on('host-a', range, 1), on('host-b', range, 1)],
        })),
      },
    ],
    mutants: new Set(mutants),
    ...input,
  };
  const behavior = memberCount === 1 ? cutAuthority : cutMember;
  for (const [index, id] of ids.entries()) {
    world.addNode({ id });
    world.addDevice(id, 'disk', makeDevice(device, { blockCount: 256, seed: 1 + index }));
    world.spawn({ id, node: id, behavior, input: full });
  }
  const asking: RequesterInput = { requests, authorities: ids };
  world.spawn({ id: 'client-1', node: 'client-1', behavior: requester, input: asking });
  return world;
}

/** Whether every request was answered. */
export function isStoryEnded(world: World): boolean {
  const { state, alive } = world.actor('client-1');
  return alive && (state as Requester).waiting.size === 0;
}

/** Runs until every request is answered, or for ten seconds. */
export function endStory(world: World): boolean {
  world.runUntil(world.now + 10_000 * nsPerMs, () => isStoryEnded(world));
  return isStoryEnded(world);
}
