import { describe, expect, it } from 'vitest';
import { type PropertyId, properties } from '../../model/invariants.ts';
import { fault, judge, pendingAfter } from '../support/entries.ts';
import { samples } from './properties/samples.ts';

const ids = Object.keys(properties) as PropertyId[];
const always = ids.filter((id) => properties[id].mode === 'always');
const eventually = ids.filter((id) => properties[id].mode === 'eventually');
const sometimes = ids.filter((id) => properties[id].mode === 'sometimes');

describe('each property of the block store', () => {
  it.each(ids)('is found under its own id (%s)', (id) => {
    expect(properties[id].id).toBe(id);
    expect(properties[id].summary).toMatch(/^[a-z].*[^.]$/);
  });

  it.each(ids)('accepts a healthy record and was evaluated (%s)', (id) => {
    const judgement = judge(properties[id], samples[id].healthy);
    expect(judgement.violation).toBeNull();
    expect(judgement.status).toBe('held');
    expect(judgement.evaluatedCount).toBeGreaterThan(0);
  });

  it.each(ids)('is not exercised by an empty record, nor by a fault alone (%s)', (id) => {
    for (const record of [[], [fault('start', 'crash', ['host-a'])]]) {
      const judgement = judge(properties[id], record);
      expect(judgement.evaluatedCount).toBe(0);
      expect(judgement.status).toBe('not exercised');
    }
  });

  it.each(ids)('looks only at the kinds that it names (%s)', (id) => {
    const kinds = new Set(samples[id].healthy.map((body) => body.kind));
    expect(properties[id].kinds.some((kind) => kinds.has(kind))).toBe(true);
  });

  it.each(ids)('gives each run a monitor of its own (%s)', (id) => {
    judge(properties[id], samples[id].broken);
    expect(judge(properties[id], samples[id].healthy).status).toBe('held');
  });
});

describe('what is broken', () => {
  it.each(always)('is a violation in words, evaluated at least once (%s)', (id) => {
    const { status, violation, evaluatedCount } = judge(properties[id], samples[id].broken);
    expect(status).toBe('violated');
    expect(evaluatedCount).toBeGreaterThan(0);
    const { what, expected, observed } = violation!;
    expect(`${what}; ${expected}; ${observed}`).toMatch(samples[id].words);
  });

  it.each(eventually)('is pending in words, and stalls the run (%s)', (id) => {
    expect(judge(properties[id], samples[id].broken).status).toBe('stalled');
    expect(pendingAfter(properties[id], samples[id].broken)).toMatch(samples[id].words);
    expect(pendingAfter(properties[id], samples[id].healthy)).toBeNull();
  });

  it.each(sometimes)('is not exercised where the rare path was not reached (%s)', (id) => {
    expect(judge(properties[id], samples[id].broken).status).toBe('not exercised');
  });
});
