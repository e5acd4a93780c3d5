import { describe, expect, test } from 'vitest';
import {
  blockExpressLatency,
  diskLatency,
  drawLatencyNs,
  gp2Latency,
  replicatedLatency,
} from '../../../../sim/disk/cloud/volume-latency.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { constantTable, type QuantileTable } from '../../../../sim/distribution.ts';

const drawCount = 200_000;

/** Draws in ascending order. */
function draws(table: QuantileTable): Float64Array {
  const noise = new Noise(noiseLane(7, 'latency'));
  return Float64Array.from({ length: drawCount }, () => drawLatencyNs(table, noise)).sort();
}

function figures(table: QuantileTable) {
  const sorted = draws(table);
  const at = (share: number) => (sorted[Math.floor(share * drawCount)] as number) / 1_000;
  const meanUs = sorted.reduce((sum, ns) => sum + ns, 0) / drawCount / 1_000;
  const shareAbove = (us: number) => sorted.filter((ns) => ns > us * 1_000).length / drawCount;
  return { meanUs, at, shareAbove };
}

/** How far a drawn figure is from a published one, as a share of it. */
function errorOf(found: number, published: number): number {
  return Math.abs(found / published - 1);
}

describe('published latencies', () => {
  test('gp2: p50 1.19 ms, p99 13.4 ms, and the mean that depth 4 at 3068 IOPS takes', () => {
    const { at, meanUs } = figures(gp2Latency);
    expect(errorOf(at(0.5), 1_190)).toBeLessThan(0.005);
    expect(errorOf(at(0.9905), 13_400)).toBeLessThan(0.05);
    expect(at(0.985)).toBeLessThan(1_400);
    expect(errorOf(meanUs, 4e6 / 3_068)).toBeLessThan(0.01);
    expect(gp2Latency.quantilesNs[990]).toBe(13_400_000);
  });

  test('a replicated device: mean 800 us, p99 1.70, p99.9 2.77, p99.99 5.54 ms', () => {
    const { at, meanUs } = figures(replicatedLatency);
    expect(errorOf(meanUs, 800)).toBeLessThan(0.01);
    expect(errorOf(at(0.99), 1_700)).toBeLessThan(0.01);
    expect(errorOf(at(0.999), 2_770)).toBeLessThan(0.03);
    expect(errorOf(at(0.9999), 5_540)).toBeLessThan(0.03);
    expect(at(0.99999)).toBeLessThan(10_000);
  });

  test('io2 Block Express: below 500 us on average, above 800 us ten times rarer than gp', () => {
    const express = figures(blockExpressLatency);
    expect(express.meanUs).toBeLessThan(500);
    for (const table of [replicatedLatency, gp2Latency]) {
      expect(express.shareAbove(800)).toBeLessThan(figures(table).shareAbove(800) / 9.9);
    }
  });

  test('st1 and sc1: 86 random commands a second, one at a time', () => {
    expect(errorOf(figures(diskLatency).meanUs, 1e6 / 86)).toBeLessThan(0.01);
  });
});

test('draws evenly between two quantiles, and never leaves the table', () => {
  const sorted = draws({ quantilesNs: [1_000, 2_000, 10_000] });
  expect(sorted[0]).toBeGreaterThanOrEqual(1_000);
  expect(sorted[drawCount - 1]).toBeLessThan(10_000);
  expect(errorOf(sorted[drawCount / 4] as number, 1_500)).toBeLessThan(0.01);
  expect(errorOf(sorted[(3 * drawCount) / 4] as number, 6_000)).toBeLessThan(0.01);
});

test('draws nothing for a constant', () => {
  const noise = new Noise(noiseLane(1, 'latency'));
  expect(drawLatencyNs(constantTable(5), noise)).toBe(5);
  expect(noise.next()).toBe(new Noise(noiseLane(1, 'latency')).next());
});
