// A map authority that can be stopped within a step.
//
// What the authority does in one step it does at once; a machine that loses power stops between two
// instructions. So the authority runs behind a cut: in the step that is to be its last, only the
// first so many of its effects are carried out.
import { authorityMember, mapAuthority } from '../../model/authority/map-authority.ts';
import type { AuthorityInput } from '../../model/authority/state.ts';
import type { Behavior, ChoiceSource, IoRequest, Outbox, World } from '../../sim/index.ts';

/** What one step of the authority did, by names; `io` with the part of the store and its step. */
export type Effects = readonly string[];

/** An authority behind a cut. */
export interface CutState {
  inner: ReturnType<typeof mapAuthority.init>;
  /** Carries out so many effects of its next step; null for all. */
  cutAfter: number | null;
  /** Nothing that it sends leaves any more. */
  isMute: boolean;
  /** Of the last step. */
  effects: string[];
  stepCount: number;
}

/** The authority, and a member of one, behind a cut. */
export const cutAuthority = behindCut(mapAuthority);
export const cutMember = behindCut(authorityMember);

function behindCut(whole: typeof mapAuthority): Behavior<CutState, AuthorityInput> {
  return {
    name: `cut-${whole.name}`,
    init(input, self, out) {
      const effects: string[] = [];
      const inner = whole.init(input, self, cutOutbox(out, effects, null));
      return { inner, cutAfter: null, isMute: false, effects, stepCount: 1 };
    },
    receive(state, message, from, self, out) {
      state.effects = [];
      state.stepCount += 1;
      const cut = cutOutbox(out, state.effects, state.cutAfter, state.isMute);
      state.inner = whole.receive(state.inner, message, from, self, cut);
      return state;
    },
    copy: (state) => ({ ...state, inner: whole.copy(state.inner), effects: [] }),
  };
}

function cutOutbox(
  out: Outbox,
  effects: string[],
  cutAfter: number | null,
  isMute = false,
): Outbox {
  const isKept = (name: string) => effects.push(name) <= (cutAfter ?? Number.POSITIVE_INFINITY);
  return {
    ...out,
    send: (to, message, size) =>
      isKept(`send ${message.type}`) && !isMute && out.send(to, message, size),
    setTimer: (key, delayNs, message) => out.setTimer(key, delayNs, message),
    cancelTimer: (key) => out.cancelTimer(key),
    submitIo: (device, request) => isKept(ioName(request)) && out.submitIo(device, request),
    spawn: (name, behavior, input) => out.spawn(name, behavior, input),
    stop: (name) => out.stop(name),
    invoke: (opId, name, value) => out.invoke(opId, name, value),
    complete: (opId, name, outcome, value) => out.complete(opId, name, outcome, value),
    mark: (name, facts) => isKept(`mark ${name}`) && out.mark(name, facts),
    gauge: (name, value) => out.gauge(name, value),
  };
}

function ioName({ op, block, tag }: IoRequest): string {
  const { part, step } = tag as { readonly part: string; readonly step: string };
  const place = part === 'save' && op === 'write' ? ` ${block}` : '';
  return `io ${part} ${step}${place}`;
}

/** The authority of a world, or a member of it. */
export function cutStateOf(world: World, id = 'authority'): CutState {
  return world.actor(id).state as CutState;
}

/**
 * Asks `inner` about what a power loss leaves, and takes the first of all other answers; only
 * members of an authority that all waited equally long would never elect one.
 */
export function crashChoices(inner: ChoiceSource, jitterCount = 0): ChoiceSource {
  let count = jitterCount;
  return {
    get madeCount() {
      return inner.madeCount;
    },
    choose: (kind, n, key) => {
      if (kind === 'disk.crash') return inner.choose(kind, n, key);
      return kind === 'member.jitter' ? Math.floor((count++ * 0.618 * n) % n) : 0;
    },
    copy: () => crashChoices(inner.copy(), count),
  };
}
