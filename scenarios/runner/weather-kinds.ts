// What weather draws for each kind of fault: at whom it is aimed, and how hard it strikes. Made
// from the table of faults, so that a new entry there is new weather.
import type { FaultParam, FaultParams } from '../../sim/index.ts';
import { nsPerMs } from '../../sim/index.ts';
import { type Budget, type BudgetLineName, limitOf, linesOf } from './budget-lines.ts';
import type { RandomParam, WeatherKind } from './scenario.ts';
import type { SelectableNode, Vocabulary } from './vocabulary.ts';
import { namesOf } from './vocabulary.ts';

/**
 * How hard faults strike, mild and frequent first: a value that is listed twice comes twice as
 * often.
 */
const strengths = {
  duration: [1, 1, 5, 5, 20, 100, 1000].map((ms) => ms * nsPerMs),
  share: [0.01, 0.01, 0.05, 0.05, 0.2, 0.5],
  factor: [2, 2, 5, 5, 20, 100],
  ppm: [-100, 100, -1000, 1000, -100_000, 100_000],
} as const satisfies Readonly<Record<string, readonly FaultParams[string][]>>;

/** How long a fault lasts where the file does not say: half are shorter, one in 100 is longer. */
export const lastingNsDefault = { p50Ns: 800 * nsPerMs, p99Ns: 8000 * nsPerMs } as const;

/** Whether weather can bring a kind: it knows how to draw what has no default. */
export function isDrawable(names: Vocabulary, kind: string): boolean {
  const { params, targetCountMin = 1 } = names.faults[kind]!;
  // What means something only for several nodes or groups is chosen with care.
  return targetCountMin === 1 && Object.values(params).every(isKnown);
}

function isKnown(param: FaultParam): boolean {
  if (param.kind === 'boolean') return true;
  if ((param.groupCountMin ?? 2) > 2) return false;
  return param.default !== undefined || param.kind === 'groups' || hasStrength(param);
}

/** The first line of a budget that allows nothing of a kind, or null. */
export function forbiddenLine(
  budget: Budget,
  kind: string,
  params: FaultParams = {},
): BudgetLineName | null {
  return linesOf(kind, params).find((line) => limitOf(budget, line) === 0) ?? null;
}

/** The kinds that `all` stands for: those that can be drawn and that the budget leaves room for. */
export function allKinds(names: Vocabulary, budget: Budget): readonly string[] {
  return namesOf(names.faults).filter(
    (kind) => isDrawable(names, kind) && forbiddenLine(budget, kind) === null,
  );
}

/** What weather is drawn over. */
export interface WeatherGround {
  readonly nodes: readonly SelectableNode[];
  /** As the file names them, or null where each kind has its own. */
  readonly targets: readonly string[] | null;
  readonly budget: Budget;
}

/** A kind with everything it is drawn from. */
export function weatherKind(
  chosen: { readonly kind: string; readonly weight: number },
  names: Vocabulary,
  ground: WeatherGround,
): WeatherKind {
  const { kind } = chosen;
  const { needsTarget, params } = names.faults[kind]!;
  const zones = zonesOf(ground.nodes);
  const targets = needsTarget ? (ground.targets ?? aimsOf(kind, ground.nodes)) : [];
  // Of several switches one is drawn: with all of them off there would be no fault.
  const firstSwitch = Object.keys(params).find((key) => params[key]!.kind === 'boolean');
  const drawn = Object.entries(params).map(([key, param]) => {
    if (param.kind !== 'boolean') return [key, drawnParam(param, zones)] as const;
    const values = [false, true].filter((value) =>
      key === firstSwitch
        ? forbiddenLine(ground.budget, kind, { [key]: value }) === null
        : value === (param.default ?? true),
    );
    return [key, { kind: 'one of', values }] as const;
  });
  return { ...chosen, targets, params: Object.fromEntries(drawn) };
}

/** Hosts one by one, the hosts of each zone together, and the authority. */
function aimsOf(kind: string, nodes: readonly SelectableNode[]): readonly string[] {
  const hosts = nodes.filter(({ labels }) => labels.role === 'host');
  const single = [...hosts.map(({ id }) => id), 'role=authority'];
  // A clock is off, or a disk is slow, in one machine.
  if (kind.startsWith('clock-') || kind.endsWith('-disk')) return single;
  return [...single, ...zonesOf(hosts).map((zone) => `zone=${zone} role=host`)];
}

function zonesOf(nodes: readonly SelectableNode[]): readonly string[] {
  return [...new Set(nodes.map(({ labels }) => labels.zone ?? ''))].sort();
}

function drawnParam(param: FaultParam, zones: readonly string[]): RandomParam {
  if (param.kind === 'groups') {
    const sides = zones.map((zone) => [[zone], zones.filter((other) => other !== zone)]);
    return { kind: 'one of', values: sides };
  }
  if (hasStrength(param)) return { kind: 'one of', values: strengths[param.kind] };
  return { kind: 'one of', values: [param.default!] };
}

type Strong = FaultParam & { readonly kind: keyof typeof strengths };

function hasStrength(param: FaultParam): param is Strong {
  return Object.hasOwn(strengths, param.kind);
}
