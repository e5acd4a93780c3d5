import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/index.ts';
import { judge } from '../../support/entries.ts';
import { deletionSamples } from './routed-samples.ts';

describe('of snapshots that somebody wants deleted', () => {
  it.each(deletionSamples)('$property notices $claim', ({ property, healthy, broken }) => {
    expect(judge(properties[property], healthy).violation).toBeNull();
    expect(judge(properties[property], broken).status).toBe('violated');
  });
});
