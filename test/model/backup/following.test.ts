import { describe, expect, it } from 'vitest';
import { lastPublished, nextPublished } from '../../../model/backup/following.ts';

const chain = ['c1', 'c2', 'c3'].map((cut) => ({ request: `r-${cut}`, cell: 'x', epoch: 1, cut }));
const bare = { request: 'r-0', cell: 'x', epoch: 1 };

describe('the next published snapshot', () => {
  it('is the first one where none is known', () => {
    expect(nextPublished(chain, new Set())).toEqual({ snapshot: 'c1', parent: null });
  });

  it('is the one behind the last that is known, whatever was deleted before', () => {
    expect(nextPublished(chain, new Set(['c2']))).toEqual({ snapshot: 'c3', parent: 'c2' });
  });

  it('is none when the last one is known', () => {
    expect(nextPublished(chain, new Set(['c3']))).toBeNull();
  });

  it('is never one without contents', () => {
    expect(nextPublished([bare], new Set())).toBeNull();
    expect(nextPublished([bare, ...chain], new Set())).toEqual({ snapshot: 'c1', parent: null });
  });
});

describe('the variant that takes the last one', () => {
  it('skips those before it, and does not know what it stands behind', () => {
    expect(lastPublished(chain, new Set(['c1']))).toEqual({ snapshot: 'c3' });
    expect(lastPublished(chain, new Set(['c3']))).toBeNull();
  });
});
