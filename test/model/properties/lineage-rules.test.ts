import { describe, expect, it } from 'vitest';
import { lineageRuleFollowed } from '../../../model/properties/lineage-rules.ts';
import { judge } from '../../support/entries.ts';
import { ruleSamples } from './request-samples.ts';

describe('a router that decides beside the table is noticed', () => {
  it.each(ruleSamples)('by $claim', ({ healthy, broken }) => {
    expect(judge(lineageRuleFollowed, healthy).violation).toBeNull();
    expect(judge(lineageRuleFollowed, broken).status).toBe('violated');
  });
});
