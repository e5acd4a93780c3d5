import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/invariants.ts';
import { judge, mark } from '../../support/entries.ts';

const listed = (state: string) =>
  mark('backup:vol-1', 'snapshots.listed', {
    volume: 'vol-1',
    snapshots: [{ snapshot: 's-1', state }],
  });
const damaged = (more: object = {}) =>
  mark('lineage-store', 'archive.damaged', { snapshot: 's-1', ...more });
const statusOf = (record: Parameters<typeof judge>[1]) =>
  judge(properties['listing-monotone'], record).status;

describe('a complete snapshot that is in error later', () => {
  it('has gone back, unless the store has said that its records are lost', () => {
    expect(statusOf([listed('completed'), listed('error')])).toBe('violated');
    expect(statusOf([listed('completed'), damaged(), listed('error')])).toBe('held');
  });

  it('has gone back where only some of its blocks are lost', () => {
    const part = damaged({ range: 0, block: 0, blockCount: 1 });
    expect(statusOf([listed('completed'), part, listed('error')])).toBe('violated');
  });

  it('never becomes pending again, nor complete', () => {
    const lost = [listed('completed'), damaged(), listed('error')];
    expect(statusOf([listed('completed'), damaged(), listed('pending')])).toBe('violated');
    expect(statusOf([...lost, listed('completed')])).toBe('violated');
  });
});
