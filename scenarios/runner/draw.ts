// Declared chance becomes a schedule. Each answer comes from a stream of its own, named after the
// fault and what is asked, so that one more random fault, or a wider range, never shifts what
// another drew.
import type { ChoiceSource, FaultParams } from '../../sim/index.ts';
import type { DeclaredFault, RandomFault, RandomParam } from './scenario.ts';
import type { Measure, Range } from './units.ts';

/** The faults that a seed makes of the declared ones, in the order of their times. */
export function drawFaults(
  declared: readonly RandomFault[],
  choices: ChoiceSource,
): readonly DeclaredFault[] {
  return declared
    .flatMap((fault, index) => drawOne(fault, `nemesis ${index}`, choices))
    .sort((a, b) => a.atNs - b.atNs);
}

function drawOne(fault: RandomFault, key: string, choices: ChoiceSource): readonly DeclaredFault[] {
  const { min, max } = fault.count;
  const count = min + choices.choose('fault.count', max - min + 1, `${key} count`);
  return Array.from({ length: count }, (_, ordinal) => {
    const stream = `${key}.${ordinal}`;
    const target =
      fault.targets[choose(choices, 'fault.target', fault.targets.length, `${stream} target`)];
    return {
      kind: fault.kind,
      atNs: drawRange('duration', fault.atNs, choices, `${stream} at`),
      ...(fault.forNs === undefined
        ? {}
        : { forNs: drawRange('duration', fault.forNs, choices, `${stream} for`) }),
      ...(target === undefined ? {} : { target }),
      params: drawParams(fault.params, choices, stream),
      source: fault.source,
    };
  });
}

/** The parameters of one fault; `stream` names it. */
export function drawParams(
  params: Readonly<Record<string, RandomParam>>,
  choices: ChoiceSource,
  stream: string,
): FaultParams {
  const drawn: Record<string, FaultParams[string]> = {};
  for (const [key, param] of Object.entries(params)) {
    const name = `${stream} ${key}`;
    drawn[key] =
      param.kind === 'range'
        ? drawRange(param.measure, param.range, choices, name)
        : param.values[choose(choices, 'fault.param', param.values.length, name)]!;
  }
  return drawn;
}

function choose(choices: ChoiceSource, kind: string, count: number, key: string): number {
  return count <= 1 ? 0 : choices.choose(kind, count, key);
}

interface Grain {
  /**
   * Values are drawn as whole numbers of 1 / `parts` of the counted unit: drawn text stays short.
   */
  readonly parts: number;
  /** Steps in parts, finest first; the coarsest that still leaves many values is taken. */
  readonly steps: readonly number[];
}

const grains = {
  duration: { parts: 1, steps: [1, 1e3, 1e6] },
  size: { parts: 1, steps: [4096] },
  rate: { parts: 1, steps: [1] },
  bandwidth: { parts: 1, steps: [1e6] },
  factor: { parts: 10, steps: [1] },
  ppm: { parts: 1, steps: [1] },
  share: { parts: 1e6, steps: [1, 100] },
} as const satisfies Record<Measure, Grain>;

/** A range of fewer steps than this is drawn from finer ones. */
const stepCountMin = 1000;

function drawRange(measure: Measure, range: Range, choices: ChoiceSource, key: string): number {
  const { parts, steps }: Grain = grains[measure];
  const low = Math.ceil(range.min * parts);
  const high = Math.floor(range.max * parts);
  // Ends closer than one part leave nothing to draw.
  if (high <= low) return range.min;
  const step =
    [...steps].reverse().find((size) => (high - low) / size >= stepCountMin) ?? steps[0]!;
  const count = Math.floor((high - low) / step) + 1;
  return (low + step * choices.choose('fault.param', count, key)) / parts;
}
