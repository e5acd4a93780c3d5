// Every point of a scripted history at which the map authority, or a member of it, may lose power.
import { type ChoiceSource, type Ns, nsPerMs, type World } from '../../sim/index.ts';
import {
  type AuthorityStory,
  authorityWorld,
  endStory,
  isStoryEnded,
  memberIds,
} from './authority-story.ts';
import { complaints } from './block-store.ts';
import { crashChoices, cutStateOf, type Effects } from './cut-authority.ts';

/** A world whose authority is behind a cut, and what becomes of it. */
export interface History {
  readonly world: World;
  /** The nodes of the authority. */
  readonly ids: readonly string[];
  /** What a power loss of the history itself follows, once each: recoveries are full of points. */
  readonly interruptions: readonly string[];
  /** Whether there are no more points in it. */
  readonly isOver: (world: World) => boolean;
  /** Gives a world that lost power the time that it needs. */
  readonly settle: (world: World) => void;
}

/** A power loss after so many effects of a step of a member. */
export interface Point {
  readonly history: History;
  /** The world before that step. */
  readonly before: World;
  /** Whose step it is, and in what role it was taken; of a single authority `single`. */
  readonly member: string;
  readonly role: string;
  readonly cutAfter: number;
  readonly name: string;
}

/** The history of an authority and a client with a script. */
function historyOf(story: AuthorityStory): History {
  return {
    world: authorityWorld(story),
    ids: memberIds(story.memberCount),
    interruptions: ['mark log.flushed', 'mark checkpoint.started', 'mark checkpoint.finished'],
    isOver: isStoryEnded,
    settle: endStory,
  };
}

/** Every point of an authority that a client asks by a script, in order. */
export function pointsOf(story: AuthorityStory = {}): readonly Point[] {
  return pointsIn(historyOf(story));
}

/** Every point of a history, in order. */
export function pointsIn(history: History): readonly Point[] {
  const { ids, world, interruptions } = history;
  const points: Point[] = [];
  let interruptedCount = 0;
  while (!history.isOver(world)) {
    const before = world.fork();
    const stepCounts = ids.map((id) => stepCountOf(world, id));
    world.step();
    // A start has no effect but its first read, which the end of the step stands for.
    const at = stepCounts.findIndex((n, i) => n > 0 && stepCountOf(world, ids[i]!) > n);
    const member = ids[at];
    if (member === undefined) continue;
    const { effects } = cutStateOf(world, member);
    const role = roleOf(before, member);
    for (let cutAfter = 0; cutAfter <= effects.length; cutAfter++) {
      points.push({ history, before, member, role, cutAfter, name: nameOf(effects, cutAfter) });
    }
    const next = interruptions[interruptedCount];
    if (next === undefined || !effects.includes(next)) continue;
    if (role !== 'single' && role !== 'leader') continue;
    interruptedCount += 1;
    world.crash(member, { power: true });
    world.restart(member);
  }
  return points;
}

/**
 * Every point of a leader whose last words nobody hears: it is mute from the step on in which it
 * proposes its first change, until another one leads.
 */
export function mutePointsOf(story: AuthorityStory): readonly Point[] {
  const history = historyOf(story);
  const { ids } = history;
  const isProposal = (effects: Effects) =>
    effects.includes('mark request.admitted') && effects.includes('io append write');
  let { world } = history;
  let mute: string | null = null;
  const points: Point[] = [];
  while (mute === null || roleOf(world, mute) === 'leader') {
    const before = world.fork();
    const stepCounts = ids.map((id) => stepCountOf(world, id));
    world.step();
    const member = ids.find((id, i) => stepCountOf(world, id) > stepCounts[i]!);
    if (member === undefined) continue;
    const { effects } = cutStateOf(world, member);
    if (mute === null && isProposal(effects)) {
      mute = member;
      world = before.fork();
      cutStateOf(world, mute).isMute = true;
    } else if (mute === member) {
      for (let cutAfter = 0; cutAfter <= effects.length; cutAfter++) {
        const name = nameOf(effects, cutAfter);
        points.push({ history, before, member, role: 'mute', cutAfter, name });
      }
    }
  }
  return points;
}

function stepCountOf(world: World, id: string): number {
  return world.actor(id).alive ? cutStateOf(world, id).stepCount : 0;
}

function roleOf(world: World, member: string): string {
  return cutStateOf(world, member).inner.register.mode ?? 'single';
}

function nameOf(effects: Effects, cutAfter: number): string {
  const last = effects[cutAfter - 1];
  const next = effects[cutAfter];
  if (next === undefined) return 'after a step';
  const isDecision = (name: string | undefined) => /map\.(applied|refused)$/.test(name ?? '');
  if (next.startsWith('io ')) return `before ${next.slice(3)}`;
  if (next === 'send receipt') return 'before a receipt';
  if (isDecision(next)) {
    const isFirst = !effects.slice(0, cutAfter).some(isDecision);
    return isFirst ? 'after the receipts, before a decision' : 'between two decisions';
  }
  if (isDecision(last) && next.startsWith('send')) return 'after the decisions, before the answer';
  return 'elsewhere in a step';
}

/** What happens at a point. */
export interface Blow {
  /** The power of the member is back after so long. */
  readonly forNs?: Ns;
  /** Clients that die at the same instant, and those that start when it is back. */
  readonly dies?: readonly string[];
  readonly starts?: readonly string[];
}

/** The client of a scripted history dies, too. */
export const alsoClient: Blow = { dies: ['client-1'], starts: ['client-1'] };

/**
 * Loses power there, comes back, and lets the story end; `choices` decide what the disk keeps, and
 * clients may die at the same instant.
 */
export function crashAt(
  { history, before, member, cutAfter }: Point,
  choices: ChoiceSource,
  { forNs = 0.1 * nsPerMs, dies = [], starts = [] }: Blow = {},
): World {
  const world = before.fork({ choices: crashChoices(choices) });
  if (cutAfter > 0) {
    cutStateOf(world, member).cutAfter = cutAfter;
    world.step();
  }
  if (world.actor(member).alive) {
    world.crash(member, { power: true });
    for (const id of dies) world.crash(id, { power: true });
    world.runUntil(world.now + forNs);
    world.restart(member);
    for (const id of starts) world.restart(id);
  }
  history.settle(world);
  return world;
}

/** What is wrong with a world whose story has had its time. */
export function troubleOf(world: World): readonly string[] {
  return isStoryEnded(world) ? complaints(world) : ['the story did not end'];
}
