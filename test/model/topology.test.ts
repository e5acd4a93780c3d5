import { describe, expect, test } from 'vitest';
import { buildCluster } from '../../model/topology.ts';
import { type ChoiceSource, createWorld, type World } from '../../sim/index.ts';
import { clusterSpec } from '../support/block-store.ts';

/** Answers 0 and notes what was asked. */
class AskedChoices implements ChoiceSource {
  readonly kinds: string[] = [];
  readonly answer: number;

  constructor(answer = 0) {
    this.answer = answer;
  }

  get madeCount(): number {
    return this.kinds.length;
  }

  choose(kind: string, n: number): number {
    this.kinds.push(kind);
    return Math.min(this.answer, n - 1);
  }

  copy(): ChoiceSource {
    return new AskedChoices(this.answer);
  }
}

function built(device: string, choices: ChoiceSource): World {
  const world = createWorld({ seed: 1, choices });
  buildCluster(world, clusterSpec({ seed: '1', device, authorityDevice: device }));
  return world;
}

/** How long each device takes for each of 20 reads, one after the other. */
function readTimes(world: World): readonly string[] {
  return world.devices.map(({ device }) => {
    const times: number[] = [];
    let nowNs = 0;
    for (let block = 0; block < 20; block += 1) {
      let dueNs = 0;
      let slotDue = 0;
      const schedule = (slot: number, atNs: number): void => {
        [slotDue, dueNs] = [slot, atNs];
      };
      device.submit({ op: 'read', block, blockCount: 1, tag: null }, 0, nowNs, schedule);
      device.complete(slotDue, dueNs, schedule);
      times.push(dueNs - nowNs);
      nowNs = dueNs;
    }
    return times.join(' ');
  });
}

describe('the devices of a cluster', () => {
  test('take one choice for all of them where their times are drawn', () => {
    const choices = new AskedChoices();
    built('nvme-plp', choices);
    expect(choices.kinds.filter((kind) => kind === 'device.seed')).toHaveLength(1);
  });

  test.each(['null', 'hdd-7200'])('take none where nothing is drawn (%s)', (device) => {
    const choices = new AskedChoices();
    built(device, choices);
    expect(choices.kinds).not.toContain('device.seed');
  });

  test('differ from node to node and from world to world, and are the same in the same', () => {
    const times = readTimes(built('nvme-plp', new AskedChoices(5)));
    expect(new Set(times).size).toBe(times.length);
    expect(readTimes(built('nvme-plp', new AskedChoices(5)))).toEqual(times);
    const others = readTimes(built('nvme-plp', new AskedChoices(6)));
    for (const [index, other] of others.entries()) expect(other).not.toBe(times[index]);
  });

  test('are all in the spec: a name that is not is refused', () => {
    const spec = { ...clusterSpec({ seed: '1' }), devices: {} };
    expect(() => buildCluster(createWorld({ seed: 1 }), spec)).toThrow("unknown device 'nvme-plp'");
  });
});
