import { describe, expect, it } from 'vitest';
import { hdd } from '../../../../sim/disk/hdd/hdd.ts';
import { filesOf, model, specOf } from './disksim-sample.ts';

describe('seek times', () => {
  const seekOf = (text: string) => {
    const changed = model.replace('Seek type = extracted', text);
    const table = hdd(specOf(filesOf({ model: changed }))).seek;
    return [1, 5, 10, 29].map((distance) => table.seekNs(distance) / 1e6);
  };
  const three = `Single cylinder seek time = 1, Average seek time = 4,
    Full strobe seek time = 10`;

  it('are constant', () => {
    expect(seekOf('Seek type = constant, Constant seek time = 3')).toEqual([3, 3, 3, 3]);
  });

  it('are straight over the average at a third', () => {
    const times = seekOf(`Seek type = linear, ${three}`);
    expect(times[0]).toBe(1);
    expect(times[2]).toBeCloseTo(4, 6);
    expect(times[3]).toBeCloseTo(10, 6);
  });

  it('follow the curve of Lee and Katz', () => {
    const times = seekOf(`Seek type = curve, ${three}`);
    const [root, line] = [(-10 + 60 - 50) / (3 * Math.sqrt(30)), (7 - 60 + 80) / 90];
    for (const [index, distance] of [1, 5, 10, 29].entries()) {
      const expected = root * Math.sqrt(distance - 1) + line * (distance - 1) + 1;
      expect(times[index]).toBeCloseTo(expected, 5);
    }
  });

  it('follow Ruemmler and Wilkes, with ten measured ones before', () => {
    const values = 'HPL seek equation values = [ 8, 1, 0.5, 3, 0.1, 0.7 ]';
    const hpl = seekOf(`Seek type = hpl, ${values}`);
    const expected = [0.7, 1 + 0.5 * Math.sqrt(5), 3 + 0.1 * 10, 3 + 0.1 * 29];
    for (const [index, time] of expected.entries()) expect(hpl[index]).toBeCloseTo(time, 5);
    const ten = 'First ten seek times = [ 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.1 ]';
    const plus = seekOf(`Seek type = hplplus10, ${ten}, ${values}`);
    expect(plus).toEqual([0.1, 0.5, 1.1, 5.9]);
  });
});
