import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { type Body, judge, mark, op, pendingAfter, start, stop } from '../../support/entries.ts';
import {
  accepted,
  adopted,
  applied,
  counted,
  created,
  fenced,
  flushed,
  granted,
  hosts,
  on,
  recovered,
  request,
  reserved,
  stamp,
  stored,
} from './story.ts';

const judged = (id: keyof typeof properties, story: readonly Body[]) => {
  const { violation, evaluatedCount } = judge(properties[id], story);
  const words = violation === null ? null : `${violation.what}; ${violation.observed}`;
  return { words, evaluatedCount };
};
/** The authority dies after a flush, before it could say so: a change takes effect in silence. */
const silence = [...flushed(5, 'd5'), stop('authority'), recovered(6, 'd6')];
const second = { version: 3, mapVersion: 2, expectVersion: 2, previousVersion: 2 };
const onlyB = { replicas: [on('b')], previous: [on('b')] };

describe('a change that took effect in silence', () => {
  it('is not held against the next change of the entry (compare and set)', () => {
    const next = applied({ ...second, ...onlyB });
    expect(judged('relocate-compare-and-set', [created(), ...silence, next]).words).toBeNull();
    const loud = judged('relocate-compare-and-set', [created(), ...flushed(5, 'd5'), next]);
    expect(loud.words).toMatch(/never stored; version 2 with host-b\/0\/1/);
  });

  it('may be heard of first in a reply', () => {
    const claim = [{ range: 0, version: 2 }];
    const reply = mark('authority', 'map.updated.sent', {
      ...request(),
      applied: claim,
      refused: [],
    });
    const id = 'update-reply-is-truth';
    expect(judged(id, [created(), ...silence, reply]).words).toBeNull();
    expect(judged(id, [created(), reply]).words).toMatch(/claims a change.*no such change/);
  });

  it('may be heard of first from a client that was told of it (replication restored)', () => {
    const id = properties['replication-restored'];
    const degraded = [created(), granted(1), applied(), ...silence];
    expect(pendingAfter(id, degraded)).toMatch(/1 of 2/);
    const cached = { range: 0, version: 3, replicas: [on('a'), on('c')] };
    expect(pendingAfter(id, [...degraded, mark('client-1', 'map.cached', cached)])).toBeNull();
  });

  it('is ruled out again by versions without a gap', () => {
    const id = 'relocate-compare-and-set';
    const proof = applied({ range: 1, replicas: [on('a', 1)], previous: [on('a', 1), on('b', 1)] });
    const wrong = applied({ ...second, ...onlyB });
    expect(judged(id, [created(), ...silence, proof, wrong]).words).toMatch(/never stored/);
    const gap = applied({
      range: 1,
      mapVersion: 2,
      replicas: [on('a', 1)],
      previous: [on('a', 1), on('b', 1)],
    });
    expect(judged(id, [created(), ...silence, gap, wrong]).words).toBeNull();
  });
});

describe('stale-replica-never-serves', () => {
  const id = 'stale-replica-never-serves';
  const begun = op('client-1', 1, 'write', 'invoke', { stamps: [stamp(1)] });
  const acked = op('client-1', 1, 'write', 'ok', { stamps: [stamp(1)] });
  const atA = stored(on('a'), 0, [stamp(1)]);

  it('judges each range of a write that crosses a border', () => {
    const stamps = [stamp(1), stamp(2)];
    const [first, last] = [
      op('client-1', 1, 'write', 'invoke', { block: 3, stamps }),
      op('client-1', 1, 'write', 'ok', { block: 3, stamps }),
    ];
    const range0 = [stored(on('a'), 3, [stamp(1)]), stored(on('b'), 3, [stamp(1)])];
    const { words } = judged(id, [created(), first, ...range0, last]);
    expect(words).toMatch(/slot 1 generation 1 of 'host-a' does not have/);
  });

  it('demands nothing of a replica that the map has dropped', () => {
    expect(judged(id, [created(), begun, atA, applied(), acked]).words).toBeNull();
  });

  it('cannot tell what a host found on its device after it died in the middle of a write', () => {
    expect(judged(id, [created(), begun, stop('host-b'), atA, acked]).words).toBeNull();
    expect(judged(id, [created(), stop('host-b'), begun, atA, acked]).words).toMatch(/host-b/);
  });
});

describe('copied-before-switch', () => {
  it('demands copies of acknowledged blocks of that range only', () => {
    const stamps = [stamp(1)];
    const elsewhere = [
      op('client-1', 1, 'write', 'invoke', { block: 6, stamps }),
      op('client-1', 1, 'write', 'ok', { block: 6, stamps }),
    ];
    const switched = applied({ replicas: [on('a'), on('c')] });
    const verdict = judged('copied-before-switch', [created(), ...elsewhere, switched]);
    expect(verdict).toEqual({ words: null, evaluatedCount: 1 });
  });
});

describe('fenced-write', () => {
  const id = 'fenced-write';

  it('demands a fence in each range before a grant', () => {
    const story = [...hosts, created(), fenced(on('a'), 1), granted(1)];
    expect(judged(id, story).words).toMatch(/range 1 of 'vol-1' had no fence.*none, none/);
    const whole = [...story.slice(0, -1), fenced(on('b', 1), 1, 1), granted(1)];
    expect(judged(id, whole)).toEqual({ words: null, evaluatedCount: 2 });
  });

  it('cannot tell what a restarted host has fenced', () => {
    const story = [created(), fenced(on('a'), 1), start('host-b', 1), granted(1)];
    expect(judged(id, story)).toEqual({ words: null, evaluatedCount: 1 });
  });

  it('judges generations of a slot apart', () => {
    const story = [fenced(on('a'), 2), accepted(on('a', 0, 2), 1)];
    expect(judged(id, story)).toEqual({ words: null, evaluatedCount: 0 });
  });
});

describe('epoch-monotone-at-host', () => {
  it('refuses an older session, and an older configuration that is adopted', () => {
    const id = 'epoch-monotone-at-host';
    const sessions = judged(id, [accepted(on('a'), 2), accepted(on('a'), 1)]);
    expect(sessions.words).toMatch(/older session; session 1$/);
    const epochs = judged(id, [adopted(on('a'), 3), adopted(on('a'), 2)]);
    expect(epochs.words).toMatch(/older configuration epoch; configuration epoch 2$/);
  });
});

describe('map-version-monotone', () => {
  it('refuses an entry whose version stands still while the map moves on', () => {
    const story = [created(), applied(), applied({ mapVersion: 2 })];
    expect(judged('map-version-monotone', story).words).toMatch(/of its entry; version 2$/);
  });
});

describe('recovery-equivalence', () => {
  const id = 'recovery-equivalence';
  const submitted = (logIndex: number) => mark('authority', 'log.submitted', { logIndex });

  it('refuses a recovery that lost flushed records', () => {
    expect(judged(id, [...flushed(9, 'd'), recovered(7, 'e')]).words).toMatch(/up to record 7/);
  });

  it('takes a batch in flight as a whole or not at all', () => {
    const inFlight = [...flushed(9, 'd9'), submitted(14)];
    expect(judged(id, [...inFlight, recovered(9, 'd9')]).words).toBeNull();
    expect(judged(id, [...inFlight, recovered(14, 'd14')]).words).toBeNull();
    expect(judged(id, [...inFlight, recovered(12, 'd12')]).words).toMatch(/part of a batch/);
    expect(judged(id, [submitted(4), recovered(2, 'd2')]).words).toMatch(/part of a batch/);
  });

  const applied = (actor: string, logIndex: number, digest: string) =>
    mark(actor, 'member.state', { logIndex, digest });
  const flushedBy = (actor: string, logIndex: number) => mark(actor, 'log.flushed', { logIndex });
  const found = (actor: string, logIndex: number) =>
    mark(actor, 'member.recovered', { logIndex, role: 'follower' });

  it('refuses a member that lost flushed records, each for itself', () => {
    const story = [flushedBy('authority-1', 9), flushedBy('authority-2', 4)];
    expect(judged(id, [...story, found('authority-2', 4)]).words).toBeNull();
    expect(judged(id, [...story, found('authority-1', 8)]).words).toMatch(
      /'authority-1' lost records that it had flushed.*up to record 8$/,
    );
  });

  it('lets a member lose what it replaces, and all that is to be filled again', () => {
    const repaired = mark('authority-1', 'log.repaired', { logIndex: 6 });
    const refilled = mark('authority-1', 'refill.started', { term: 1 });
    const story = [flushedBy('authority-1', 9)];
    expect(judged(id, [...story, repaired, found('authority-1', 5)]).words).toBeNull();
    expect(judged(id, [...story, repaired, found('authority-1', 4)]).words).toMatch(/record 4$/);
    expect(judged(id, [...story, refilled, found('authority-1', -1)]).words).toBeNull();
  });

  it('refuses a member that comes to another state after the same record', () => {
    const leads = mark('authority-1', 'state.digest', { logIndex: 7, digest: 'd7' });
    const begin = [found('authority-1', -1), leads];
    const story = [...begin, applied('authority-2', 7, 'd7')];
    expect(judged(id, story).words).toBeNull();
    expect(judged(id, [...begin, applied('authority-2', 7, 'x')]).words).toMatch(/record 7 than/);
    const other = [...story, applied('authority-1', 8, 'd8'), applied('authority-3', 8, 'x')];
    expect(judged(id, other).words).toMatch(
      /'authority-3' came to another state after record 8 than 'authority-1'; state digest x$/,
    );
  });

  it('compares recoveries with each other (nothing in between)', () => {
    const story = [...flushed(3, 'd3'), recovered(4, 'd4'), recovered(4, 'other')];
    expect(judged(id, story).words).toMatch(/another state.*digest other/);
  });
});

describe('receipt-implies-durable', () => {
  it('remembers a promise over recoveries', () => {
    const facts = { ...request(7), status: 'logged', logIndex: 8, durableIndex: 8 };
    const story = [mark('authority', 'receipt.sent', facts), recovered(8, 'd'), recovered(7, 'd')];
    const { words } = judged('receipt-implies-durable', story);
    expect(words).toMatch(/lost request 7 of 'client-1'.*up to record 7$/);
  });
});

describe('receipt-for-every-notification', () => {
  const id = properties['receipt-for-every-notification'];
  const arrived = mark('authority', 'notification.received', request());
  const sent = mark('authority', 'receipt.sent', { ...request(), status: 'duplicate' });
  const back = recovered(3, 'd3');

  it('waits for no client that died or was fenced, nor for what it sent before', () => {
    expect(pendingAfter(id, [arrived, stop('client-1'), arrived])).toBeNull();
    const fenced = mark('client-1', 'client.fenced', { volume: 'vol-1', session: 1 });
    expect(pendingAfter(id, [arrived, fenced, arrived])).toBeNull();
    const later = mark('authority', 'notification.received', request(1, 2));
    expect(pendingAfter(id, [arrived, stop('client-1'), later])).toMatch(/in session 2$/);
  });

  it('goes on waiting when the authority dies before it answered', () => {
    expect(pendingAfter(id, [arrived, stop('authority')])).toMatch(/request 1/);
    const asked = [arrived, arrived, stop('authority'), back];
    expect(pendingAfter(id, asked)).toMatch(/missing for 1 notifications/);
    expect(pendingAfter(id, [...asked, arrived])).toMatch(/missing for 1 notifications/);
    expect(pendingAfter(id, [...asked, arrived, sent])).toBeNull();
    expect(pendingAfter(id, [arrived, arrived, sent, stop('authority'), back])).toBeNull();
  });

  it('waits for none that was forgotten and that its client has withdrawn', () => {
    const withdrawn = mark('client-1', 'notification.withdrawn', request());
    expect(pendingAfter(id, [arrived, withdrawn])).toMatch(/missing for 1/);
    expect(pendingAfter(id, [arrived, withdrawn, back])).toBeNull();
    expect(pendingAfter(id, [arrived, back, withdrawn])).toBeNull();
  });

  it('waits for a receipt of each arrival', () => {
    expect(pendingAfter(id, [arrived, sent, arrived])).toMatch(/request 1/);
    expect(pendingAfter(id, [arrived, arrived, sent, sent])).toBeNull();
  });
});

describe('replication-restored', () => {
  it('waits for a replica that the map names and that its host has given up', () => {
    const id = properties['replication-restored'];
    const released = { slot: 0, gen: 1, volume: 'vol-1', range: 0, reason: 'released' };
    const freed = mark('host-b', 'slot.freed', released);
    expect(pendingAfter(id, [created()])).toBeNull();
    expect(pendingAfter(id, [created(), freed])).toMatch(/1 replicas are held by nobody.*host-b/);
    const gone = mark('client-1', 'range.gone', { volume: 'vol-1', range: 0 });
    expect(pendingAfter(id, [created(), freed, gone])).toBeNull();
  });
});

describe('slots-add-up', () => {
  const id = 'slots-add-up';
  const freed = mark('host-a', 'slot.freed', { slot: 0, gen: 1, volume: 'vol-1', range: 0 });
  const both = counted({ resting: 0, tenancies: [0, 1] });

  it('refuses a tenant that was never reserved, and one that was and is gone', () => {
    expect(judged(id, [counted(), both]).words).toMatch(/slot 1 otherwise.*; a tenant$/);
    const gone = [counted(), reserved(on('a', 2)), counted()];
    expect(judged(id, gone).words).toMatch(/slot 2 otherwise.*; no tenant$/);
    expect(judged(id, [counted(), freed, counted()]).words).toMatch(/slot 0 otherwise/);
  });

  it('begins anew with what a host finds when it comes back, and with what it reads later', () => {
    expect(judged(id, [counted(), stop('host-a'), both]).words).toBeNull();
    const facts = { slot: 1, gen: 1, isTenancy: true };
    expect(judged(id, [counted(), mark('host-a', 'slot.read', facts), both]).words).toBeNull();
  });

  it('refuses a device that has more slots than before', () => {
    const more = counted({ capacity: 5, vacant: 3 });
    expect(judged(id, [counted(), stop('host-a'), more]).words).toMatch(/5 of 5/);
  });
});

describe('written-blocks-verified', () => {
  it('waits again after a later write', () => {
    const stamps = [stamp(1)];
    const written = ['invoke', 'ok'] as const;
    const write = (opId: number) =>
      written.map((phase) => op('client-1', opId, 'write', phase, { stamps }));
    const verified = mark('client-1', 'verified', { blocks: 1 });
    const id = properties['written-blocks-verified'];
    expect(pendingAfter(id, [...write(1), verified])).toBeNull();
    expect(pendingAfter(id, [...write(1), verified, ...write(2)])).toMatch(/1 writes/);
  });

  // A client that was fenced came back to read what it had written, and the run ended before.
  it('lets a fenced client be, and waits again once it has a session', () => {
    const written = ['invoke', 'ok'] as const;
    const story = [
      ...written.map((phase) => op('client-1', 1, 'write', phase, { stamps: [stamp(1)] })),
      mark('client-1', 'client.fenced', { volume: 'vol-1', session: 1 }),
    ];
    const id = properties['written-blocks-verified'];
    const verified = mark('client-1', 'verified', { blocks: 1 });
    expect(pendingAfter(id, story)).toBeNull();
    expect(pendingAfter(id, [...story, granted(2, 'client-2')])).toBeNull();
    expect(pendingAfter(id, [...story, granted(3)])).toMatch(/'client-1' has not read back 1/);
    expect(pendingAfter(id, [...story, granted(3), verified])).toBeNull();
    expect(pendingAfter(id, [...story, stop('client-1'), granted(3)])).toBeNull();
  });
});

describe('duplicates-answered-alike', () => {
  const id = 'duplicates-answered-alike';
  const receipt = (status: string, logIndex: number | null, payload = 7) =>
    mark('authority', 'receipt.sent', { ...request(), payload, status, logIndex, durableIndex: 9 });

  it('refuses a repetition that is logged again, or called a conflict', () => {
    expect(judged(id, [receipt('logged', 5), receipt('logged', 6)]).words).toMatch(/as record 6/);
    expect(judged(id, [receipt('logged', 5), receipt('conflict', null)]).words).toMatch(/conflict/);
  });

  it('says nothing of another request under the same id', () => {
    const story = [receipt('logged', 5), receipt('conflict', null, 8)];
    expect(judged(id, story)).toEqual({ words: null, evaluatedCount: 0 });
  });
});

describe('route-never-empty', () => {
  const id = 'route-never-empty';
  const unknown = mark('authority', 'receipt.sent', { ...request(), status: 'unknown-volume' });

  it('refuses that a volume which was created is said not to exist', () => {
    expect(judged(id, [created(), unknown]).words).toMatch(/told that its volume does not exist/);
    expect(judged(id, [unknown]).words).toBeNull();
  });

  it('refuses an empty entry that only a client hears of', () => {
    const cached = mark('client-1', 'map.cached', { range: 1, version: 4, replicas: [] });
    expect(judged(id, [cached]).words).toMatch(/what 'client-1' was told; none in version 4/);
  });
});
