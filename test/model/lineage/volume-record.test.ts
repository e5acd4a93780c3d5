import { describe, expect, it } from 'vitest';
import {
  abortMove,
  allVolumeChecks,
  clearMove,
  commitMove,
  deleteSnapshot,
  importedMove,
  newVolume,
  openMove,
  publish,
} from '../../../model/lineage/volume-record.ts';

const checks = allVolumeChecks;
const first = { request: 'r1', cell: 'x', epoch: 1 };
const opened = (volume = newVolume('x')) => importedMove(openMove(volume, 'y'), 1);
const second = { request: 'r2', cell: 'x', epoch: 1 };

describe('the record of a volume', () => {
  it('decides a move once', () => {
    const open = opened();
    const committed = commitMove(open, 1);
    expect(committed).toMatchObject({ owner: 'y', epoch: 2, ownerSince: 2 });
    expect(abortMove(committed, 1)).toBe(committed);
    const aborted = abortMove(open, 1);
    expect(aborted).toMatchObject({ owner: 'x', epoch: 2, ownerSince: 1 });
    expect(commitMove(aborted, 1)).toBe(aborted);
  });

  it('decides for the target only once the data is there, even by force', () => {
    const open = openMove(newVolume('x'), 'y');
    expect(commitMove(open, 1)).toBe(open);
    expect(commitMove(open, 1, true)).toBe(open);
    expect(importedMove(open, 2)).toBe(open);
    const imported = importedMove(open, 1);
    expect(importedMove(imported, 1)).toBe(imported);
    expect(commitMove(imported, 1).owner).toBe('y');
  });

  it('holds one move at a time, and forgets none that is open', () => {
    const open = openMove(newVolume('x'), 'y');
    expect(openMove(open, 'y')).toBe(open);
    expect(clearMove(open, 1)).toBe(open);
    expect(clearMove(abortMove(open, 1), 1).move).toBeNull();
  });

  it('keeps what was published when it was decided', () => {
    const volume = publish(newVolume('x'), first, null, checks);
    const committed = commitMove(opened(volume), 1);
    expect(committed.move).toMatchObject({ decidedEpoch: 2, decidedChain: [first] });
  });

  it('publishes the child of the head and nothing else', () => {
    const volume = publish(newVolume('x'), first, null, checks);
    expect(volume.chain).toEqual([first]);
    expect(publish(volume, second, null, checks)).toBe(volume);
    expect(publish(volume, second, first, checks).chain).toEqual([first, second]);
  });

  it('publishes nothing of a cell that is not the owner any more', () => {
    const moved = commitMove(opened(), 1);
    expect(publish(moved, first, null, checks)).toBe(moved);
    expect(publish(moved, { ...first, cell: 'y', epoch: 2 }, null, checks)).not.toBe(moved);
  });

  it('still publishes what was taken before an aborted move', () => {
    const aborted = abortMove(openMove(newVolume('x'), 'y'), 1);
    expect(publish(aborted, first, null, checks).chain).toEqual([first]);
  });

  it('deletes what is named and published, and keeps its place in the chain', () => {
    const one = publish(newVolume('x'), first, null, checks);
    expect(deleteSnapshot(one, second, checks)).toBe(one);
    const both = publish(one, second, first, checks);
    const gone = deleteSnapshot(both, first, checks);
    expect(gone).toMatchObject({ chain: [first, second], deleted: ['r1'] });
    expect(deleteSnapshot(gone, first, checks)).toBe(gone);
    expect(deleteSnapshot(both, { ...first, cell: 'y' }, checks)).toBe(both);
  });

  it('publishes behind a head that was deleted, and a deleted request never again', () => {
    const gone = deleteSnapshot(publish(newVolume('x'), first, null, checks), first, checks);
    expect(publish(gone, second, first, checks).chain).toEqual([first, second]);
    expect(publish(gone, { ...first, epoch: 2 }, first, checks)).toBe(gone);
    expect(commitMove(opened(gone), 1).move).toMatchObject({ decidedChain: [first] });
  });

  it('never publishes a request twice, nor one that was given up', () => {
    const volume = publish(newVolume('x'), first, null, checks);
    const again = { ...first, epoch: 2 };
    expect(publish(volume, again, first, checks)).toBe(volume);
    const buried = { ...newVolume('x'), tombstones: ['r1'] };
    expect(publish(buried, first, null, checks)).toBe(buried);
  });
});
