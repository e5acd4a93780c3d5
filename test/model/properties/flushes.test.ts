import { describe, expect, it } from 'vitest';
import { CacheLoss } from '../../../model/properties/cache-loss.ts';
import { Flushes } from '../../../model/properties/flushes.ts';
import { type Body, op, recordOf } from '../../support/entries.ts';
import { granted } from './story.ts';

/** The sessions whose writes the flush stands for that `client` ends, of one write each. */
function flushedBy(client: string, grants: readonly Body[]): readonly number[] {
  const loss = new CacheLoss();
  const flushes = new Flushes<{ readonly volume: string; readonly session: number }>(loss);
  for (const session of [1, 2]) flushes.add({ volume: 'vol-1', session });
  const flush = [op(client, 7, 'flush', 'invoke'), op(client, 7, 'flush', 'ok')];
  const found = recordOf([...grants, ...flush]).flatMap((entry) => {
    loss.take(entry);
    return flushes.take(entry);
  });
  return found.map(({ session }) => session);
}

describe('a flush', () => {
  const grants = [granted(1, 'client-1'), granted(2, 'client-2')];

  it('stands for the writes of its session and of those before it', () => {
    expect(flushedBy('client-2', grants)).toEqual([1, 2]);
  });

  it('of a client that has lost its volume stands for nothing that came after', () => {
    expect(flushedBy('client-1', grants)).toEqual([1]);
  });

  it('stands for all where nobody was granted anything', () => {
    expect(flushedBy('client-1', [])).toEqual([1, 2]);
  });
});
