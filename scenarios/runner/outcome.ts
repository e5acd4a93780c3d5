// From what was judged to one word, an exit code and reasons.
//
//   always broken > not settled > threshold broken > nothing done, not exercised > held
//                   \___ outside the budget: excused, and so inconclusive ___/
//
// A scenario of a known wrong variant names what it violates: that, and nothing else, must be.
//
// What may never break is held against the system whatever it was put through. That it comes to
// rest, and how fast it is, it promised only within the budget.
import type {
  BudgetJudgement,
  Judgement,
  Progress,
  ThresholdJudgement,
  Verdict,
} from '../../sim/index.ts';
import { excessText } from './budget.ts';

/** Everything that was judged. */
export interface Judged {
  readonly judgements: readonly Judgement[];
  readonly limits: readonly ThresholdJudgement[];
  /** What `eventually` properties still wait for. */
  readonly pending: readonly string[];
  /** Null when no budget was declared. */
  readonly budget: BudgetJudgement | null;
  readonly progress: Progress;
  /** What a known wrong variant is to violate; empty for what is to hold. */
  readonly violates: readonly string[];
  /** Planned faults that never struck. */
  readonly missed: readonly { readonly fault: string; readonly reason: string }[];
}

/** The word, the exit code and why. */
export type Outcome = Pick<Verdict, 'status' | 'exit' | 'reasons'>;

/** What the judgements come to, together. */
export function outcomeOf(judged: Judged): Outcome {
  const { judgements, limits, pending } = judged;
  if (judged.violates.length > 0) return wrongOutcome(judged);
  const outside = outsideReasons(judged);
  if (has(judgements, 'violated', ({ mode }) => mode === 'always')) {
    return { status: 'violated', exit: 1, reasons: outside };
  }
  const late = has(judgements, 'violated');
  const stalled = has(judgements, 'stalled');
  const broken = limits.some(({ status }) => status === 'broken');
  const isExcused = outside.length > 0 && (late || stalled || broken);
  if (isExcused) {
    const excused = [...pending, ...brokenReasons(judgements, limits)];
    const lines = excused.map((reason) => `excused: ${reason}`);
    return { status: 'inconclusive', exit: 3, reasons: [...lines, ...outside] };
  }
  if (late) return { status: 'violated', exit: 1, reasons: [] };
  if (stalled) return { status: 'stalled', exit: 1, reasons: pending };
  if (broken) return { status: 'violated', exit: 4, reasons: [] };
  const idle = idleReasons(judged);
  const isIdle = idle.length > 0 || limits.some(({ status }) => status === 'not exercised');
  if (isIdle) return { status: 'inconclusive', exit: 3, reasons: idle };
  return { status: 'held', exit: 0, reasons: [] };
}

/** A known wrong variant is met when all that broke is what the scenario names. */
function wrongOutcome({ judgements, violates }: Judged): Outcome {
  const broken = judgements
    .filter(({ status }) => status === 'violated' || status === 'stalled')
    .map(({ id }) => id);
  const named = violates.map((id) => `'${id}'`).join(' or ');
  if (broken.length === 0) {
    const reasons = [`expected a violation of ${named}, found none; sweep more seeds`];
    return { status: 'not violated', exit: 1, reasons };
  }
  const others = broken.filter((id) => !violates.includes(id)).map((id) => `'${id}'`);
  if (others.length === 0) {
    const told = broken.map((id) => `'${id}'`).join(' and ');
    return { status: 'violated as expected', exit: 0, reasons: [`as expected: ${told}`] };
  }
  const reasons = [`expected a violation of ${named} only, found one of ${others.join(' and ')}`];
  return { status: 'violated', exit: 1, reasons };
}

function has(
  judgements: readonly Judgement[],
  status: Judgement['status'],
  counts: (judgement: Judgement) => boolean = () => true,
): boolean {
  return judgements.some((one) => one.status === status && counts(one));
}

/** At most so many excesses are told one by one; the verdict lists all. */
const excessesToldMax = 3;

function outsideReasons({ budget }: Judged): readonly string[] {
  const outside = budget?.outside ?? [];
  const told = outside.slice(0, excessesToldMax).map(excessText);
  const rest = outside.length - told.length;
  return rest === 0 ? told : [...told, `and ${rest} times more outside the declared budget`];
}

function brokenReasons(
  judgements: readonly Judgement[],
  limits: readonly ThresholdJudgement[],
): readonly string[] {
  const late = judgements.filter(({ status }) => status === 'violated');
  const broken = limits.filter(({ status }) => status === 'broken');
  return [
    ...late.map(({ id, violation }) => `${id}: ${violation?.what ?? 'violated'}`),
    ...broken.map(({ metric, expected, observed }) => `${metric} ${expected}: ${observed}`),
  ];
}

function idleReasons({ judgements, progress, missed }: Judged): readonly string[] {
  const nothing =
    progress.completedCount === 0 ? ['no operation completed in the whole first act'] : [];
  const spared = missed.map(({ fault, reason }) => `fault '${fault}' never struck: ${reason}`);
  const missing = judgements
    .filter(({ status }) => status === 'not exercised')
    .map(({ id, mode }) =>
      mode === 'sometimes' ? `${id}: never reached` : `${id}: never evaluated in this run`,
    );
  return [...nothing, ...spared, ...missing];
}
