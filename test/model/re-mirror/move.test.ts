import { describe, expect, it } from 'vitest';
import type { Replica } from '../../../model/map-entry.ts';
import { type ReMirrorInput, reMirror } from '../../../model/re-mirror/re-mirror.ts';
import type { Behavior, Message } from '../../../sim/index.ts';
import { actorHarness } from '../../support/actor-harness.ts';

const moved: Replica = { host: 'host-1', slot: 0, gen: 1 };
const other: Replica = { host: 'host-2', slot: 0, gen: 1 };
const target: Replica = { host: 'host-3', slot: 0, gen: 1 };
const entry = { range: 0, version: 1, replicas: [moved, other] };

const input: ReMirrorInput = {
  plan: {
    entry,
    suspect: null,
    replicaCount: 2,
    move: moved,
    backOff: { firstMs: 10, maxMs: 10, failCount: 0 },
  },
  parent: 'optimizer',
  volume: 'vol-1',
  session: 1,
  cells: ['cell-1'],
  cellOf: new Map(),
  zoneOf: new Map(),
  dropped: null,
  replaces: null,
  avoids: [],
};

// Whoever is told something, and notes what.
function noting(told: Message[]): Behavior<null, undefined> {
  return {
    name: 'noting',
    init: () => null,
    receive: (state, message) => {
      told.push(message);
      return state;
    },
    copy: () => null,
  };
}

function moveUnderWay() {
  const harness = actorHarness();
  const told: Message[] = [];
  for (const id of ['optimizer', 'cell-1', 'host-1', 'host-2', 'host-3']) {
    harness.start(id, noting(id === 'optimizer' ? told : []), undefined);
  }
  harness.start('move', reMirror, input);
  const tell = (from: string, message: Message) => harness.send('move', message, from);
  const applied = (version: number, replicas: readonly Replica[]) =>
    tell('optimizer', {
      type: 'change.outcome',
      applied: { range: 0, version, replicas },
      refused: null,
    } as Message);
  const { reserveId } = harness.state('move') as { readonly reserveId: string };
  tell('cell-1', { type: 'slot.found', reserveId, replica: target } as Message);
  return { harness, told, tell, applied };
}

describe('a move whose other copy turns out to be gone', () => {
  it('ends, and leaves the only copy where it is (a host gave the other one up unasked)', () => {
    const { harness, told, tell, applied } = moveUnderWay();
    tell('host-1', { type: 'caught-up', version: 1, target, status: 'target-failed' } as Message);
    harness.pass(20);
    // The target is out of the question: a new version of the same copies says so.
    tell('host-1', { type: 'probed', range: 0, held: true } as Message);
    applied(2, [moved, other]);
    tell('host-2', { type: 'reconfigured', version: 2, status: 'stale-gen' } as Message);
    harness.pass(20);
    tell('host-1', { type: 'probed', range: 0, held: true } as Message);
    applied(3, [moved]);
    tell('host-1', { type: 'reconfigured', version: 3, status: 'ok' } as Message);
    expect(harness.mode('move')).toBe('done');
    expect(told.at(-1)).toMatchObject({ type: 're-mirror.ended', entry: { replicas: [moved] } });
  });
});
