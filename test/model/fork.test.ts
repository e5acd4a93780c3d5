import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario } from '../../scenarios/runner/arbitraries.ts';
import { worldOf } from '../../scenarios/runner/run.ts';
import { nsPerSec, type World } from '../../sim/index.ts';

const endNs = 6 * nsPerSec;

/** The second act begins at 3 s, as in a run. */
function finish(world: World): string {
  world.runUntil(3 * nsPerSec);
  world.heal();
  world.runUntil(endNs);
  return world.fingerprint;
}

describe('a block store in a forked world', () => {
  it('has one future on both sides, wherever it is forked (20 draws)', () => {
    fc.assert(
      fc.property(
        arbitraryScenario(),
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 4 }),
        (scenario, steps) => {
          const build = () => worldOf(scenario, scenario.seed ?? '1', { level: 'hash' });
          const whole = finish(build());
          const trunk = build();
          const branches: World[] = [];
          for (const count of steps) {
            let left = count;
            trunk.runUntil(3 * nsPerSec, () => --left <= 0);
            branches.push(trunk.fork());
          }
          for (const branch of branches) expect(finish(branch)).toBe(whole);
          expect(finish(trunk)).toBe(whole);
        },
      ),
      { seed: 7, numRuns: 20 },
    );
  });

  it('is untouched by what happens to its fork', () => {
    const [scenario] = fc.sample(arbitraryScenario(), { seed: 3, numRuns: 1 });
    const build = () => worldOf(scenario, '1', { level: 'hash' });
    const whole = finish(build());
    const trunk = build();
    trunk.runUntil(nsPerSec);
    const branch = trunk.fork();
    branch.crash('host-1', { power: true });
    branch.runUntil(2 * nsPerSec);
    expect(finish(trunk)).toBe(whole);
    expect(branch.fingerprint).not.toBe(trunk.fingerprint);
  });
});
