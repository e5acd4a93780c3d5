// Weather: each seed draws which kinds of faults it has at all, how often each comes, and then
// every fault, so that what is run is a plain schedule.
//
//   kinds --present? rate?--> storms of each kind --by time--> inside the budget? --> schedule
//                                                               \-- no: later, or dropped
//
// That each seed leaves kinds out is swarm testing (Groce et al., Swarm Testing, ISSTA 2012): a
// kind that is everywhere hides what only happens in its absence. Rates and lengths are drawn from
// lognormal tables, so that most days are mild and some are not.
import type { ChoiceSource, Ns, QuantileTable } from '../../sim/index.ts';
import { draw, exponentialTable, lognormalTable, nsPerMs } from '../../sim/index.ts';
import { endNsOf, measureSchedule } from './budget.ts';
import { type Budget, type BudgetLineName, budgetLines, limitOf, linesOf } from './budget-lines.ts';
import { drawParams } from './draw.ts';
import type { DeclaredFault, Scenario, Weather, WeatherKind } from './scenario.ts';
import { clusterNodes } from './topology.ts';

/** More faults than this make no better weather, only a longer file. */
const stormCountMax = 200;
/** How often a storm that has no room is put off before it is dropped. */
const delayCountMax = 3;
/** Rates are multiples of the declared one, in thousandths: one kind in a hundred is a deluge. */
const rates = lognormalTable({ p50Ns: 1000, p99Ns: 8000 });
const shareParts = 1_000_000;
const msPerMinute = 60_000;

/** The lines that can be exceeded by one more fault, in the order they are tried. */
export const countedLines: readonly BudgetLineName[] = ['crashed', 'zones'];

/** The faults of a seed's weather; `fixed` are those that the schedule has anyway. */
export function drawWeather(
  scenario: Scenario,
  fixed: readonly DeclaredFault[],
  choices: ChoiceSource,
): readonly DeclaredFault[] {
  const { weather } = scenario;
  if (weather === undefined) return [];
  const kinds = presentKinds(weather, choices);
  const { p50Ns, p99Ns } = weather.lastingNs;
  const lengthsMs = lognormalTable({ p50Ns: msOf(p50Ns), p99Ns: msOf(p99Ns) });
  const sky: Sky = { kinds, weather, lengthsMs };
  const storms = kinds
    .flatMap((kind) => stormsOf(kind, sky, choices))
    .sort((a, b) => a.atNs - b.atNs || order(a.kind, b.kind))
    .slice(0, stormCountMax);
  const budget = scenario.survives ?? {};
  const inside = admit({ scenario, budget, fixed }, storms);
  if (weather.outsideBy === 0) return inside;
  for (const line of rotated(countedLines, choices)) {
    const limit = limitOf(budget, line);
    if (!Number.isFinite(limit)) continue;
    const target = limit + weather.outsideBy;
    const room: Room = { scenario, budget: { ...budget, [line]: target }, fixed };
    const topped = toppedUp(room, inside, { line, target });
    if (topped !== null) return topped;
  }
  return inside;
}

/** The kinds of this seed; never none, for a sweep wants weather of every seed. */
function presentKinds(weather: Weather, choices: ChoiceSource): readonly WeatherKind[] {
  const { kinds, presentShare } = weather;
  const isPresent = ({ kind }: WeatherKind) =>
    choices.choose('weather.kind', shareParts, `weather ${kind} present`) <
    presentShare * shareParts;
  const present = kinds.filter(isPresent);
  if (present.length > 0) return present;
  return [kinds[choices.choose('weather.kind', kinds.length, 'weather only kind')]!];
}

/** A sky: what all kinds of one seed share. */
interface Sky {
  readonly kinds: readonly WeatherKind[];
  readonly weather: Weather;
  readonly lengthsMs: QuantileTable;
}

function stormsOf(
  kind: WeatherKind,
  { kinds, weather, lengthsMs }: Sky,
  choices: ChoiceSource,
): readonly DeclaredFault[] {
  const { kind: name, weight, targets } = kind;
  const key = `weather ${name}`;
  const weightSum = kinds.reduce((sum, other) => sum + other.weight, 0);
  const thousandths = Math.max(1, draw(rates, choices, 'weather.rate', key));
  const perMinute = (weather.stormsPerMinute * weight * thousandths) / (weightSum * 1000);
  const gapsMs = exponentialTable(Math.max(1, Math.round(msPerMinute / perMinute)));
  const storms: DeclaredFault[] = [];
  let atNs = weather.fromNs;
  while (storms.length < stormCountMax) {
    const stream = `${key} ${storms.length}`;
    atNs += drawNs(gapsMs, choices, `${stream} gap`);
    const leftNs = weather.untilNs - atNs;
    if (leftNs <= 0) break;
    const target = targets[choices.choose('weather.target', Math.max(1, targets.length), stream)];
    storms.push({
      kind: name,
      atNs,
      forNs: Math.min(leftNs, drawNs(lengthsMs, choices, `${stream} lasting`)),
      ...(target === undefined ? {} : { target }),
      params: drawParams(kind.params, choices, stream),
      source: weather.source,
    });
  }
  return storms;
}

/** A time from a table of milliseconds, at least one: what is written into a file stays short. */
function drawNs(tableMs: QuantileTable, choices: ChoiceSource, key: string): Ns {
  return Math.max(1, draw(tableMs, choices, 'weather.time', key)) * nsPerMs;
}

function msOf(ns: Ns): number {
  return Math.max(1, Math.round(ns / nsPerMs));
}

/** Faults that are there anyway, and how much there may be with others. */
export interface Room {
  readonly scenario: Scenario;
  readonly budget: Budget;
  readonly fixed: readonly DeclaredFault[];
}

/** The storms that stay inside, each at its time or after the end of another. */
function admit(room: Room, storms: readonly DeclaredFault[]): readonly DeclaredFault[] {
  const admitted: DeclaredFault[] = [];
  for (const storm of storms) {
    const found = placed(room, admitted, storm);
    if (found !== null) admitted.push(found);
  }
  return admitted;
}

function placed(
  room: Room,
  admitted: readonly DeclaredFault[],
  storm: DeclaredFault,
): DeclaredFault | null {
  const { scenario, fixed } = room;
  const untilNs = scenario.weather!.untilNs;
  let candidate = storm;
  for (let delays = 0; delays <= delayCountMax; delays += 1) {
    if (isInside(room, admitted, candidate)) return candidate;
    const { atNs } = candidate;
    const ends = [...fixed, ...admitted]
      .map((fault) => endNsOf(fault, scenario))
      .filter((endNs) => endNs >= atNs);
    const laterNs = Math.min(...ends) + nsPerMs;
    if (laterNs >= untilNs) return null;
    candidate = { ...storm, atNs: laterNs, forNs: Math.min(storm.forNs!, untilNs - laterNs) };
  }
  return null;
}

/** Whether one more fault makes nothing step outside that was inside without it. */
export function isInside(
  { scenario, budget, fixed }: Room,
  admitted: readonly DeclaredFault[],
  candidate: DeclaredFault,
): boolean {
  const endNs = endNsOf(candidate, scenario);
  // What is over before it, or begins after it, is not used together with it; damage is.
  const beside = [...fixed, ...admitted].filter(
    (fault) =>
      (fault.atNs <= endNs && endNsOf(fault, scenario) >= candidate.atNs) || isLasting(fault),
  );
  const countOf = (faults: readonly DeclaredFault[]) =>
    measureSchedule(budget, scenario, faults).excesses.length;
  return countOf([...beside, candidate]) <= countOf(beside);
}

function isLasting({ kind, params }: DeclaredFault): boolean {
  return linesOf(kind, params).some((line) => budgetLines[line].lasting);
}

/**
 * Brings the use of one line to exactly `target`, by crashes of single hosts at the instant when
 * most of it is used already; null when the cluster has no room for it.
 */
function toppedUp(
  room: Room,
  faults: readonly DeclaredFault[],
  { line, target }: { readonly line: BudgetLineName; readonly target: number },
): readonly DeclaredFault[] | null {
  const { scenario, budget, fixed } = room;
  const weather = scenario.weather!;
  const usedBy = (drawn: readonly DeclaredFault[]) =>
    measureSchedule(budget, scenario, [...fixed, ...drawn]).meter.peakOf(line);
  const peak = peakOf(room, faults, line);
  const atNs = peak?.atNs ?? weather.fromNs;
  const forNs = Math.min(
    peak?.forNs ?? weather.lastingNs.p50Ns,
    weather.untilNs - atNs,
    weather.lastingNs.p99Ns,
  );
  const hosts = clusterNodes(scenario.cluster).filter(({ labels }) => labels.role === 'host');
  let topped = faults;
  for (const { id } of hosts) {
    if (usedBy(topped) >= target) break;
    const one: DeclaredFault = {
      kind: 'crash',
      atNs,
      forNs,
      target: id,
      params: {},
      source: weather.source,
    };
    const isNew = usedBy([...topped, one]) > usedBy(topped);
    if (isNew && isInside(room, topped, one)) topped = [...topped, one];
  }
  return usedBy(topped) === target ? topped : null;
}

/** The fault with which a line's use is highest, of those with the same use the first. */
function peakOf(
  { scenario, budget, fixed }: Room,
  faults: readonly DeclaredFault[],
  line: BudgetLineName,
): DeclaredFault | null {
  let peak: DeclaredFault | null = null;
  let most = 0;
  const sorted = [...faults].sort((a, b) => a.atNs - b.atNs);
  for (const [index, fault] of sorted.entries()) {
    const { meter } = measureSchedule(budget, scenario, [...fixed, ...sorted.slice(0, index + 1)]);
    const used = meter.peakOf(line);
    if (used <= most) continue;
    most = used;
    peak = fault;
  }
  return peak;
}

function rotated<T>(items: readonly T[], choices: ChoiceSource): readonly T[] {
  const start = choices.choose('weather.line', items.length, 'weather outside');
  return [...items.slice(start), ...items.slice(0, start)];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
