// The same run in many surroundings: nothing around a run may reach into it. The first case is
// what the others are compared with.
import { type Divergence, firstDivergence } from './divergence.ts';
import { outcomeOnly, type Probe, type ProbeAnswer } from './probe.ts';

/** Surroundings to run in. */
export interface Variant {
  readonly name: string;
  /** Options of Node, before the script. */
  readonly flags?: readonly string[];
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Nothing of the environment is handed on but the path of programs. */
  readonly isBare?: boolean;
  /** Runs in the directory for temporary files. */
  readonly isElsewhere?: boolean;
  /** What runs before it in the same process. */
  readonly before?: 'another scenario' | 'itself';
}

const locale = (name: string) => ({ LC_ALL: name, LANG: name, LANGUAGE: name });

/** All surroundings; to add one, add a line. */
export const variants = [
  { name: 'fresh process' },
  { name: 'time zone Pacific/Chatham', environment: { TZ: 'Pacific/Chatham' } },
  { name: 'time zone America/St_Johns', environment: { TZ: 'America/St_Johns' } },
  { name: 'locale tr_TR', environment: locale('tr_TR.UTF-8') },
  { name: 'locale ar_EG', environment: locale('ar_EG.UTF-8') },
  { name: 'bare environment', isBare: true },
  { name: 'another directory', isElsewhere: true },
  { name: 'after another scenario', before: 'another scenario' },
  { name: 'after itself', before: 'itself' },
  { name: 'small heap', flags: ['--max-old-space-size=256'] },
  { name: 'small young generation', flags: ['--max-semi-space-size=1'] },
  { name: 'large young generation', flags: ['--max-semi-space-size=64'] },
  { name: 'other hash seeds', flags: ['--hash-seed=20260119', '--random-seed=7'] },
  { name: 'compiled at once', flags: ['--always-sparkplug', '--no-lazy-feedback-allocation'] },
  { name: 'never optimized', flags: ['--no-opt'] },
  { name: 'interpreted only', flags: ['--jitless', '--no-expose-wasm'] },
] as const satisfies readonly Variant[];

/** One way to run the scenario. */
export interface TortureCase {
  readonly name: string;
  readonly probe: Probe;
}

/** What came of one case. */
export interface TortureResult {
  readonly name: string;
  readonly status: 'same' | 'differs' | 'failed';
  /** Null when it failed. */
  readonly answer: ProbeAnswer | null;
  /** Why it failed; empty otherwise. */
  readonly reason: string;
}

/** How a case parted from the first; why that could not be found; or that it was not seen again. */
export type Found = Divergence | { readonly failure: string } | null;

/** Runs one case and compares it with the reference, which is null for the first. */
export async function runCase(
  one: TortureCase,
  reference: ProbeAnswer | null,
): Promise<TortureResult> {
  const { name } = one;
  const answer = await one.probe(outcomeOnly);
  if ('failure' in answer) {
    return { name, status: 'failed', answer: null, reason: answer.failure };
  }
  const isSame = reference === null || reference.verdictText === answer.verdictText;
  return { name, status: isSame ? 'same' : 'differs', answer, reason: '' };
}

/** Finds the event at which `other` parts from `first`. */
export async function findDivergence(
  first: TortureCase & { readonly answer: ProbeAnswer },
  other: TortureCase & { readonly answer: ProbeAnswer },
): Promise<Found> {
  const eventCount = Math.max(first.answer.eventCount, other.answer.eventCount);
  return firstDivergence(first.probe, other.probe, eventCount);
}
