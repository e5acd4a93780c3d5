// The seek times of a DiskSim disk, by the kinds its `Seek type` names.
//
//   extracted   measured times from a file of their own
//   linear      straight from the single cylinder over the average, at a third, to the full stroke
//   curve       a sqrt(d - 1) + b (d - 1) + c through the same three (E. K. Lee, R. H. Katz, "An
//               Analytic Performance Model of Disk Arrays", SIGMETRICS 1993)
//   hpl         v2 + v3 sqrt(d) below v1 cylinders, v4 + v5 d from there, v6 for a single one (C.
//               Ruemmler, J. Wilkes, "An introduction to disk drive modeling", Computer 27/3, 1994)
//   hplplus10   hpl, with ten measured times for the distances 1 to 10
//   constant    the same for all

import type { SeekPoint } from '../../../sim/index.ts';
import { sampledSeek } from '../../../sim/index.ts';
import type { Problem } from '../problems.ts';
import type { DisksimFields } from './disksim-fields.ts';
import type { NamedText } from './disksim-syntax.ts';

/** What the seek times depend on besides the mechanical block. */
export interface SeekSources {
  readonly cylinderCount: number;
  readonly curve: NamedText | undefined;
  readonly problems: Problem[];
}

type Formula = (distance: number) => number;

const kinds = ['extracted', 'linear', 'curve', 'hpl', 'hplplus10', 'constant'] as const;
const anyNumber = { min: Number.MIN_SAFE_INTEGER } as const;
const nsPerMs = 1e6;

/** The points of a mechanical block's seek curve. */
export function seekOf(mechanics: DisksimFields, sources: SeekSources): SeekPoint[] {
  const kind = mechanics.word('Seek type', kinds, null);
  if (kind === 'extracted') return measured(mechanics, sources);
  const formula = formulas[kind](mechanics, sources.cylinderCount);
  const points = sampledSeek(sources.cylinderCount, (distance) => formula(distance) * nsPerMs);
  return points.map((point) => ({ ...point, seekNs: Math.max(0, point.seekNs) }));
}

const formulas = {
  linear: (mechanics, cylinderCount) => {
    const { least, mean, most } = threeTimes(mechanics);
    const third = cylinderCount / 3;
    const rest = cylinderCount - 1 - third;
    return (distance) =>
      distance < third
        ? least + ((mean - least) * (distance - 1)) / (third - 1)
        : mean + ((most - mean) * (distance - third)) / rest;
  },
  curve: (mechanics, cylinderCount) => {
    const { least, mean, most } = threeTimes(mechanics);
    const root = (-10 * least + 15 * mean - 5 * most) / (3 * Math.sqrt(cylinderCount));
    const line = (7 * least - 15 * mean + 8 * most) / (3 * cylinderCount);
    return (distance) => root * Math.sqrt(distance - 1) + line * (distance - 1) + least;
  },
  hpl: (mechanics) => hpl(mechanics),
  hplplus10: (mechanics) => {
    const first = mechanics.numbers('First ten seek times', { min: 0 });
    if (first.length !== 10) {
      mechanics.problem(mechanics.block, `${first.length} first seek times, expected 10`);
    }
    const beyond = hpl(mechanics);
    return (distance) => first[distance - 1] ?? beyond(distance);
  },
  constant: (mechanics) => {
    const ms = mechanics.number('Constant seek time', { min: 0 });
    return () => ms;
  },
} as const satisfies Record<
  Exclude<(typeof kinds)[number], 'extracted'>,
  (mechanics: DisksimFields, cylinderCount: number) => Formula
>;

function threeTimes(mechanics: DisksimFields): { least: number; mean: number; most: number } {
  return {
    least: mechanics.number('Single cylinder seek time', { min: 0 }),
    mean: mechanics.number('Average seek time', { min: 0 }),
    most: mechanics.number('Full strobe seek time', { min: 0 }),
  };
}

function hpl(mechanics: DisksimFields): Formula {
  const values = mechanics.numbers('HPL seek equation values', anyNumber);
  if (values.length !== 6) {
    mechanics.problem(mechanics.block, `${values.length} HPL seek values, expected 6`);
  }
  const [v1 = 0, v2 = 0, v3 = 0, v4 = 0, v5 = 0, v6 = 0] = values;
  return (distance) => {
    if (distance === 1 && v6 >= 0) return v6;
    return distance < v1 ? v2 + v3 * Math.sqrt(distance) : v4 + v5 * distance;
  };
}

/** `Seek distances measured: 87`, then lines of `cylinders, milliseconds`. */
function measured(mechanics: DisksimFields, { curve, problems }: SeekSources): SeekPoint[] {
  if (curve === undefined) {
    mechanics.problem(mechanics.block, 'a measured seek curve is named, no file of it is given');
    return [];
  }
  const points: SeekPoint[] = [];
  const refuse = (line: number, message: string) =>
    problems.push({ file: curve.file, line, column: 1, message });
  let promisedCount = -1;
  for (const [index, text] of curve.text.split('\n').entries()) {
    const line = index + 1;
    if (text.trim() === '') continue;
    const header = /^\s*Seek distances measured:\s*(\d+)\s*$/.exec(text);
    if (header !== null) {
      promisedCount = Number(header[1]);
      continue;
    }
    const match = /^\s*(\d+)\s*,\s*(\d+\.?\d*|\.\d+)\s*$/.exec(text);
    if (match === null) {
      refuse(line, `'${text.trim()}', expected a number of cylinders, a comma and milliseconds`);
      continue;
    }
    const [cylinderCount, seekNs] = [Number(match[1]), Math.round(Number(match[2]) * nsPerMs)];
    const last = points.at(-1)?.cylinderCount ?? 0;
    if (cylinderCount > last) points.push({ cylinderCount, seekNs });
    else refuse(line, `distance ${cylinderCount} after ${last}, expected them to ascend from 1`);
  }
  if (promisedCount !== -1 && promisedCount !== points.length) {
    refuse(1, `${promisedCount} distances promised, ${points.length} found`);
  }
  if (points.length === 0) refuse(1, 'no seek times, expected one or more');
  return points;
}
