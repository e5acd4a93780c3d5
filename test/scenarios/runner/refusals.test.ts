import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { changed, readSample, sampleText } from './sample.ts';

/** All problems of a text, a line each. */
function problemsOf(text: string): string[] {
  const reading = readSample(text);
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

const f = 'scenarios/sample.yaml';
const addRandom = (fault: string) => changed('expect:\n', `  random:\n    - ${fault}\nexpect:\n`);

// Each row: what is refused, the text that replaces another, and the whole message with its
// position.
const refusedRows: readonly (readonly [claim: string, text: string, message: string])[] = [
  ['an empty file', '', `${f}:1:1: expected a scenario, found an empty file; see 'stormcell init'`],
  ['a list instead of a map', '- a', `${f}:1:1: expected a scenario as a map, found a list`],
  [
    'broken YAML',
    changed('zones: [az-a, az-b, az-c]', 'zones: [az-a, az-b'),
    `${f}:9:3: yaml: flow sequence in block collection must be sufficiently indented and end ` +
      `with a ]`,
  ],
  [
    'a key given twice',
    changed('settle: 10s', 'settle: 10s\nseed: 2'),
    `${f}:7:1: yaml: map keys must be unique`,
  ],
  [
    'an unknown tag',
    changed('seed: 1', 'seed: !!js 1'),
    `${f}:4:7: yaml: unresolved tag: tag:yaml.org,2002:js`,
  ],
  [
    'an unknown key',
    changed('settle: 10s', 'setle: 10s'),
    `${f}:1:1: expected the key 'settle', found nothing\n` +
      `${f}:6:1: unknown key of a scenario 'setle', expected one of version, scenario, ` +
      `summary, why, seed, ` +
      `duration, settle, mutants, devices, topology, network, clocks and 7 more; did you ` +
      `mean 'settle'?`,
  ],
  [
    'an unknown key of a client',
    changed('    timeout: 5s', '    timeouts: 5s'),
    `${f}:20:5: expected the key 'timeout' in 'clients[0]', found nothing\n` +
      `${f}:23:5: unknown key of a client 'timeouts', expected one of id, zone, volume, ` +
      `timeout, suspect, ` +
      `requestIdsRestartAfter, workload, volumes, attach, detach, force, afterFenced ` +
      `and 3 more; did you mean 'timeout'?`,
  ],
  [
    'a queue of requests that take no time',
    changed('device: nvme-plp }', 'device: nvme-plp, queueMax: 4 }'),
    `${f}:13:56: expected a 'serviceTime' above 0 beside 'queueMax', found none: requests ` +
      `that take no time never wait; write serviceTime: 1ms, or leave queueMax out`,
  ],
  [
    'another version',
    changed('version: 1', 'version: 2'),
    `${f}:1:10: expected version 1 of the scenario format, found 2`,
  ],
  [
    'a name that is no directory name',
    changed('scenario: sample', 'scenario: My Sample'),
    `${f}:2:11: expected the name of the scenario in lower case letters, digits and single ` +
      `hyphens, ` +
      `found 'My Sample'`,
  ],
  [
    'a seed that YAML made a float of',
    changed('seed: 1', 'seed: 123e45'),
    `${f}:4:7: expected a seed, a whole number or up to 64 letters and digits, found 1.23e+47; ` +
      'put a long number or a commit in quotes',
  ],
  [
    'a seed with a slash',
    changed('seed: 1', 'seed: a/b'),
    `${f}:4:7: expected a seed, a whole number or up to 64 letters and digits, found 'a/b'; ` +
      'put a long number or a commit in quotes',
  ],
  [
    'a bare number',
    changed('duration: 30s', 'duration: 30'),
    `${f}:5:11: expected a duration with a unit, found 30; write '30s'`,
  ],
  [
    'a foreign unit',
    changed('size: 64MiB', 'size: 64MB'),
    `${f}:12:26: unknown unit 'MB' of a size in '64MB'; write '64MiB'`,
  ],
  [
    'a duration of nothing',
    changed('settle: 10s', 'settle: 0s'),
    `${f}:6:9: expected a duration above zero, found '0s'`,
  ],
  [
    'a share above all',
    changed('drop: 0.01%', 'drop: 120%'),
    `${f}:17:9: expected a share of at most 100%, found '120%'`,
  ],
  [
    'a range that falls',
    changed('100us..250us', '250us..100us'),
    `${f}:15:24: expected a range that rises, found '250us..100us'; write '100us..250us'`,
  ],
  [
    'a latency whose tail is faster than its middle',
    changed('p99: 1ms', 'p99: 1us'),
    `${f}:15:68: expected p99 to be at least p50, found less`,
  ],
  [
    'an unknown device',
    changed('device: nvme-plp, slots', 'device: nvme-pl, slots'),
    `${f}:9:30: unknown device 'nvme-pl', expected one of hdd-7200, nvme-plp; did you mean ` +
      `'nvme-plp'?`,
  ],
  [
    'an unknown mutant',
    changed('settle: 10s', 'settle: 10s\nmutants: [receipt-before-flus]'),
    `${f}:7:11: unknown mutant 'receipt-before-flus', expected one of receipt-before-flush; ` +
      `did you mean 'receipt-before-flush'?`,
  ],
  [
    'an unknown zone',
    changed('zone: az-c, device', 'zone: az-d, device'),
    `${f}:13:22: unknown zone 'az-d', expected one of az-a, az-b, az-c; did you mean 'az-a'?`,
  ],
  [
    'an unknown volume',
    changed('volume: vol-1', 'volume: vol-2'),
    `${f}:22:13: unknown volume 'vol-2', expected one of vol-1; did you mean 'vol-1'?`,
  ],
  [
    'an id given twice',
    changed('cells: [cell-1, cell-2]', 'cells: [cell-1, vol-1]'),
    `${f}:12:13: id 'vol-1' is given twice; every id is unique in a scenario`,
  ],
  [
    'an id that stands for a kind of target',
    changed('zones: [az-a, az-b, az-c]', 'zones: [az-a, az-b, az-c, host]'),
    `${f}:8:29: 'host' is a reserved word, expected another zone id`,
  ],
  [
    'a cell without a host',
    changed('cells: [cell-1, cell-2]', 'cells: [cell-1, cell-2, cell-3]'),
    `${f}:10:27: cell 'cell-3' has no host; give more hosts to each zone or name fewer cells`,
  ],
  [
    'a volume that is no multiple of its ranges',
    changed('size: 64MiB', 'size: 63MiB'),
    `${f}:12:26: expected a multiple of the range size 4MiB, found '63MiB'`,
  ],
  [
    'a range that is no multiple of a block',
    changed('rangeSize: 4MiB', 'rangeSize: 5000B'),
    `${f}:12:44: expected a multiple of 4KiB, found '5000B'`,
  ],
  [
    'more replicas than zones with hosts',
    changed('count: 6', 'count: 2')
      .replace('[cell-1, cell-2]', '[cell-1]')
      .replace('replicas: 2', 'replicas: 3'),
    `${f}:12:60: 3 replicas need hosts in 3 zones, found 2; add zones and hosts or keep ` +
      `fewer replicas`,
  ],
  [
    'volumes that do not fit',
    changed('slots: 64', 'slots: 5'),
    `${f}:12:5: the volumes need 32 slots, the hosts have 30; ` +
      'give the hosts more slots, or make volumes smaller or ranges larger',
  ],
  [
    'an unknown pattern',
    changed('pattern: randrw', 'pattern: randrww'),
    `${f}:25:26: unknown pattern 'randrww', expected one of randread, randwrite, randrw; did ` +
      `you mean 'randrw'?`,
  ],
  [
    'a mixed pattern without a mix',
    changed('readPct: 70, ', ''),
    `${f}:25:15: pattern 'randrw' needs 'readPct', found none; write readPct: 70`,
  ],
  [
    'a mix of an unmixed pattern',
    changed('pattern: randrw', 'pattern: randread'),
    `${f}:25:45: pattern 'randread' takes no 'readPct'; use randrw`,
  ],
  [
    'requests of half a block',
    changed('4KiB..16KiB', '4KiB..6KiB'),
    `${f}:25:53: expected a multiple of 4KiB, found '6KiB'`,
  ],
  [
    'a rate that fills no memory',
    changed('rate: 800/s', 'rate: 1000000/s'),
    `${f}:25:72: expected at most 20000000 requests in a run, found 30000000; lower the rate ` +
      `or the duration`,
  ],
  [
    'keys of no known kind',
    changed('{ zipf: 0.99 }', 'pareto'),
    `${f}:25:85: expected 'uniform' or { zipf: 0.5 to 1.5 }, found 'pareto'`,
  ],
  [
    'an unknown fault',
    changed('kind: partition', 'kind: partion'),
    `${f}:28:33: unknown fault 'partion', expected one of clock-skew, crash, message-loss, ` +
      `partition, ` +
      `slow-disk; did you mean 'partition'?`,
  ],
  [
    'a fault without a kind',
    changed('kind: crash, ', ''),
    `${f}:29:7: expected the key 'kind' in 'faults.schedule[1]', found nothing`,
  ],
  [
    'a parameter of another fault',
    changed('kind: crash,', 'kind: crash, factor: 3x,'),
    `${f}:29:39: unknown key of fault 'crash' 'factor', ` +
      'expected one of kind, at, again, when, for, target',
  ],
  [
    'a factor without a unit',
    changed('kind: crash,', 'kind: slow-disk, factor: 20,'),
    `${f}:29:51: expected a factor with a unit, found 20; write '20x'`,
  ],
  [
    'a parameter left out',
    changed('kind: crash,', 'kind: slow-disk,'),
    `${f}:29:7: expected the key 'factor' in 'faults.schedule[1]', found nothing`,
  ],
  [
    'a fault without a target',
    changed(', target: zone=az-b role=host', ''),
    `${f}:29:7: fault 'crash' needs a 'target', found none; write target: host-1`,
  ],
  [
    'a target of a fault that takes none',
    changed('kind: partition,', 'kind: partition, target: az-a,'),
    `${f}:28:52: fault 'partition' takes no 'target'; its own keys say where it strikes`,
  ],
  [
    'a selector that matches nothing',
    changed('target: zone=az-b role=host', 'target: az-bb'),
    `${f}:29:47: selector 'az-bb' matches no node; did you mean 'az-b'?`,
  ],
  [
    'a fault after the end',
    changed('at: 8s', 'at: 30s'),
    `${f}:29:13: expected a time before the run's duration 30s, found '30s'`,
  ],
  [
    'a fault that outlasts the run',
    changed('for: 6s', 'for: 23s'),
    `${f}:29:22: the fault may last until 31s, after the run's duration 30s; ` +
      "shorten it, or leave 'for' out to heal it at the end",
  ],
  [
    'a node on both sides of a partition',
    changed('[[az-c], [az-a, az-b]]', '[[az-c], [az-a, host-3]]'),
    `${f}:28:68: node 'host-3' is in two groups; each node belongs to one side`,
  ],
  [
    'a random count that falls',
    addRandom('{ kind: crash, count: 2..0, target: host, between: 5s..20s, for: 1s..3s }'),
    `${f}:31:29: expected a count such as 2 or '0..2', at most 100, found '2..0'`,
  ],
  [
    'a random fault that may outlast the run',
    addRandom('{ kind: crash, count: 1, target: host, between: 5s..29s, for: 1s..3s }'),
    `${f}:31:69: the fault may last until 32s, after the run's duration 30s; ` +
      "shorten it, or leave 'for' out to heal it at the end",
  ],
  [
    'an unknown property',
    changed('always: [no-lost-acked-write]', 'always: [no-lost-acked-writes]'),
    `${f}:31:12: unknown always property 'no-lost-acked-writes', expected one of ` +
      `no-lost-acked-write, ` +
      `single-writer; did you mean 'no-lost-acked-write'?`,
  ],
  [
    'a property under the wrong heading',
    changed('always: [no-lost-acked-write]', 'always: [all-operations-settle]'),
    `${f}:31:12: 'all-operations-settle' is no 'always' property; list it under 'eventually'`,
  ],
  [
    'parameters of a property that has none',
    changed('always: [no-lost-acked-write]', 'always: [single-writer: { scope: client }]'),
    `${f}:31:12: property 'single-writer' takes no parameters; write '- single-writer'`,
  ],
  [
    'a property listed twice',
    changed('always: [no-lost-acked-write]', 'always: [single-writer, single-writer]'),
    `${f}:31:27: property 'single-writer' is listed twice`,
  ],
  [
    'a scenario that expects nothing',
    sampleText.replace(/expect:[\s\S]*/, 'expect: {}\n'),
    `${f}:30:9: expected at least one property or threshold; a run that checks nothing ` +
      `proves nothing`,
  ],
  [
    'a wrong variant that is held to more',
    changed('expect:', 'expect:\n  violates: [single-writer]'),
    `${f}:34:14: a run that ends with a violation is held to no 'sometimes'; leave it out\n` +
      `${f}:36:5: a run that ends with a violation is held to no 'thresholds'; leave it out`,
  ],
  [
    'a volume in a cell that is not there',
    changed('replicas: 2 }', 'replicas: 2, cells: [cell-3] }'),
    `${f}:12:71: unknown cell 'cell-3', expected one of cell-1, cell-2; did you mean 'cell-1'?`,
  ],
  [
    'a volume whose cells have no room',
    changed(
      'size: 64MiB, rangeSize: 4MiB, replicas: 2 }',
      'size: 2GiB, rangeSize: 4MiB, replicas: 1, cells: [cell-1] }',
    ),
    `${f}:12:5: the volumes need 512 slots, the hosts have 384; ` +
      'give the hosts more slots, or make volumes smaller or ranges larger\n' +
      `${f}:12:69: the volume needs 512 slots, the hosts of its cells have 192; ` +
      'give them more slots or name more cells',
  ],
  [
    'an unknown metric',
    changed('write.latency.p99', 'write.latency.p95'),
    `${f}:35:17: unknown metric 'write.latency.p95', expected one of read.latency.p50, ` +
      `write.latency.p50, ` +
      'discard.latency.p50, flush.latency.p50, read.latency.p90, write.latency.p90, ' +
      'discard.latency.p90, flush.latency.p90, read.latency.p99, write.latency.p99, ' +
      'discard.latency.p99, flush.latency.p99 ' +
      `and 15 more; did you mean 'write.latency.p90'?`,
  ],
  [
    'a limit in another unit',
    changed('below: 40ms', 'below: 40%'),
    `${f}:35:43: unknown unit '%' of a duration in '40%'; write one of ns, us, ms, s, m, h`,
  ],
  [
    'a count with a unit',
    changed('write.latency.p99, below: 40ms, when: no-fault', 'copies.per-host.max, below: 4/s'),
    `${f}:35:45: expected a bare number, for a count, found '4/s'`,
  ],
  [
    'a limit without its unit',
    changed('below: 40ms', 'below: 40'),
    `${f}:35:43: expected a limit with a unit, found 40; such as 40ms, 0.5% or 300/s`,
  ],
  [
    'a part of the run for a measure of all of it',
    changed('write.latency.p99', 'volume.stuck.max'),
    `${f}:35:54: 'volume.stuck.max' is measured over the whole run; leave out 'when'`,
  ],
  [
    'a threshold with two limits',
    changed('below: 40ms', 'below: 40ms, above: 1ms'),
    `${f}:35:7: expected 'below' or 'above', found both`,
  ],
  [
    'a threshold without a limit',
    changed('below: 40ms, ', ''),
    `${f}:35:7: expected 'below' or 'above', found neither`,
  ],
];

describe('what is refused, and where', () => {
  test.each(refusedRows)('refuses %s', (_claim, text, message) => {
    expect(problemsOf(text).join('\n')).toBe(message);
  });

  test('reports every problem of a file, in its order', () => {
    const text = changed('duration: 30s', 'duration: 30')
      .replace('zone: az-a\n', 'zone: 7\n')
      .replace('rate: 800/s', 'rate: 800');
    expect(problemsOf(text)).toEqual([
      `${f}:5:11: expected a duration with a unit, found 30; write '30s'`,
      `${f}:21:11: expected the zone in lower case letters, digits and single hyphens, found 7`,
      `${f}:25:72: expected a rate with a unit, found 800; write '800/s'`,
    ]);
  });
});
