import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import {
  type Blocks,
  judge,
  op,
  pendingAfter,
  readOf,
  stop,
  written,
} from '../../support/entries.ts';
import { granted, stamp } from './story.ts';

const older = { stamps: [stamp(1)] };
const newer = { stamps: [stamp(2)] };
const two: Blocks = { stamps: [stamp(1), stamp(2)] };
const readBegins = op('client-1', 9, 'read', 'invoke');
const readEnds = (blocks: Blocks) => op('client-1', 9, 'read', 'ok', blocks);
const wordsOf = (id: keyof typeof properties, story: Parameters<typeof judge>[1]) => {
  const { violation } = judge(properties[id], story);
  return violation === null ? null : `${violation.what}; ${violation.observed}`;
};

describe('no-lost-acked-write', () => {
  const id = 'no-lost-acked-write';

  it('lets a read that began before the acknowledgement miss the write', () => {
    const story = [readBegins, ...written('client-2', 1, newer), readEnds({ stamps: [0] })];
    expect(wordsOf(id, story)).toBeNull();
  });

  it('demands nothing of writes of unknown outcome', () => {
    const lost = [op('client-1', 1, 'write', 'invoke', newer), op('client-1', 1, 'write', 'info')];
    expect(wordsOf(id, [...lost, ...readOf('client-1', 2, { stamps: [0] })])).toBeNull();
  });

  it('names the block of a longer read that is older than it may be', () => {
    const story = [
      ...written('client-1', 1, { ...two, block: 4 }),
      ...readOf('client-1', 2, { block: 4, stamps: [stamp(1), stamp(1)] }),
    ];
    expect(wordsOf(id, story)).toMatch(/lost block 5 of 'vol-1'.*sequence 1/);
  });

  it('keeps volumes apart', () => {
    const elsewhere = readOf('client-1', 2, { volume: 'vol-2', stamps: [0] });
    expect(wordsOf(id, [...written('client-1', 1, newer), ...elsewhere])).toBeNull();
  });

  it('keeps demanding after the writer died', () => {
    const story = [...written('client-1', 1, newer), stop('client-1')];
    const lost = readOf('client-2', 2, { stamps: [stamp(1)] });
    expect(wordsOf(id, [...story, ...lost])).toMatch(/lost block 0/);
  });
});

describe('no-stale-read', () => {
  it('lets concurrent reads see old and new', () => {
    const story = [readBegins, ...readOf('client-2', 1, newer), readEnds(older)];
    expect(wordsOf('no-stale-read', story)).toBeNull();
  });

  it('leaves acknowledged writes to the other property', () => {
    const story = [...written('client-1', 1, newer), ...readOf('client-1', 2, older)];
    expect(wordsOf('no-stale-read', story)).toBeNull();
    expect(wordsOf('no-lost-acked-write', story)).not.toBeNull();
  });
});

describe('no-invented-value', () => {
  it('refuses a stamp that is written only after it was read', () => {
    const story = [...readOf('client-1', 1, older), ...written('client-1', 2, older)];
    expect(wordsOf('no-invented-value', story)).toMatch(/not among 0 written/);
  });
});

describe('linearizable-blocks', () => {
  const id = 'linearizable-blocks';

  it('needs no order of stamps (a higher one read first)', () => {
    const begun = [
      op('client-1', 1, 'write', 'invoke', newer),
      op('client-1', 2, 'write', 'invoke', older),
    ];
    const story = [...begun, ...readOf('client-2', 3, newer), ...readOf('client-2', 4, older)];
    expect(wordsOf(id, story)).toBeNull();
    expect(wordsOf('no-stale-read', story)).not.toBeNull();
  });

  it('refuses the value of a write that failed', () => {
    const failed = [
      op('client-1', 1, 'write', 'invoke', older),
      op('client-1', 1, 'write', 'fail', older),
    ];
    expect(wordsOf(id, [...failed, ...readOf('client-1', 2, older)])).toMatch(/never written/);
  });

  it('lets a write take effect after its client died', () => {
    const story = [op('client-1', 1, 'write', 'invoke', older), stop('client-1')];
    const reads = [...readOf('client-2', 1, { stamps: [0] }), ...readOf('client-2', 2, older)];
    expect(wordsOf(id, [...story, ...reads])).toBeNull();
    const back = readOf('client-2', 3, { stamps: [0] });
    expect(wordsOf(id, [...story, ...reads, ...back])).toMatch(/each seen after|came and went/);
  });

  it('remembers of many reads those that matter', () => {
    const many = Array.from({ length: 50 }, (_, i) => readOf('client-2', 10 + i, older)).flat();
    const start = [...written('client-1', 1, older), ...many];
    expect(wordsOf(id, start)).toBeNull();
    const story = [...start, ...written('client-1', 2, newer), ...readOf('client-1', 3, older)];
    expect(wordsOf(id, story)).not.toBeNull();
  });
});

describe('single-writer', () => {
  it('lets a write that was on its way be acknowledged after the grant', () => {
    const [begins, ends] = written('client-1', 1, older);
    expect(wordsOf('single-writer', [granted(1), begins!, granted(2), ends!])).toBeNull();
  });
});

describe('all-operations-settle', () => {
  it('waits for nobody who died, and counts operations of a reused id once', () => {
    const id = 'all-operations-settle';
    const open = op('client-1', 1, 'flush', 'invoke');
    expect(pendingAfter(properties[id], [open, stop('client-1')])).toBeNull();
    expect(pendingAfter(properties[id], [open, stop('client-1'), open])).toMatch(/^1 operations/);
  });
});
