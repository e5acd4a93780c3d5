// One protocol with one thing wrong at a time: each mutant must be noticed by the property that it
// names, and what leaving out each rule of the table costs is told. A rule that nothing may be left
// out of is load-bearing: without it there is a state that nothing leads out of. Safety never hangs
// on a rule.
import { protocols } from '../../../model/index.ts';
import type { Palette } from '../reporters/palette.ts';
import { type ExitCode, exitCodes, type Shell } from '../shell.ts';
import { countedAs } from './counted.ts';
import type { Exploration } from './exploration.ts';
import { saveFound } from './explore-file.ts';
import { type ExplorationResult, explorationOf } from './search.ts';

/** What is varied: one mutant more each time, or one rule less. */
export type VariedPart = 'mutants' | 'rules';

/** A protocol with one thing wrong. */
interface Variant {
  readonly name: string;
  readonly exploration: Exploration;
  /** The property that must notice; null where nothing breaks; undefined: it may be stuck. */
  readonly killedBy: string | null | undefined;
}

/** Explores the protocol with each of its mutants, or without each of its rules, and tells all. */
export function exploreEach(
  exploration: Exploration,
  varied: VariedPart,
  shell: Shell,
  how: { readonly root: string; readonly colors: Palette },
): ExitCode {
  const variants = variantsOf(exploration, varied);
  const width = Math.max(...variants.map(({ name }) => name.length));
  const { colors, root } = how;
  let wrongCount = 0;
  let breakingCount = 0;
  for (const variant of variants) {
    const result = explorationOf(variant.exploration);
    const isExpected = meets(variant, result);
    const saved = result.way === null ? null : saveFound(root, variant.exploration, result);
    if (!isExpected) wrongCount += 1;
    if (result.way !== null) breakingCount += 1;
    const sign = isExpected ? colors.good(colors.signs.held) : colors.bad(colors.signs.broken);
    const lines = [`${variant.name.padEnd(width)}  ${result.status}: ${toldOf(result)}`];
    if (!isExpected) lines.push(`  expected ${variant.killedBy ?? 'no property to break'}`);
    if (saved !== null) lines.push(`  npx stormcell run ${saved}`);
    shell.out(` ${sign} ${lines.join(`\n${' '.repeat(width + 3)}`)}\n`);
  }
  const what = varied === 'mutants' ? 'mutants break a property' : 'rules are load-bearing';
  shell.out(`${breakingCount} of ${variants.length} ${what}, ${wrongCount} unexpected\n`);
  return wrongCount === 0 ? exitCodes.held : exitCodes.violated;
}

function variantsOf(exploration: Exploration, varied: VariedPart): readonly Variant[] {
  const { mutants, rules } = protocols[exploration.protocol];
  if (varied === 'mutants') {
    return Object.entries(mutants).map(([name, { killedBy }]) => ({
      name,
      exploration: { ...exploration, mutants: [name] },
      killedBy,
    }));
  }
  const pairs = rules.filter((rule) => {
    const turned = rule.split('/').reverse().join('/');
    return rules.indexOf(rule) <= rules.indexOf(turned);
  });
  return pairs.map((name) => ({
    name,
    exploration: { ...exploration, without: [name] },
    killedBy: undefined,
  }));
}

function meets({ killedBy }: Variant, { status, what }: ExplorationResult): boolean {
  if (killedBy === undefined) return status === 'held' || status === 'stuck';
  return killedBy === null ? status === 'held' : what?.startsWith(`${killedBy}:`) === true;
}

function toldOf({ what, way, stateCount }: ExplorationResult): string {
  if (what === null) return `${countedAs(stateCount, 'state')}`;
  return `${what}; ${countedAs(way?.steps.length ?? 0, 'step')}`;
}
