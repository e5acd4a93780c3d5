// What a checked file says of its budget, its weather and how it heals, as plain data.
import { nsPerSec } from '../../sim/index.ts';
import type { Budget } from './budget-lines.ts';
import type { BuildInput } from './build.ts';
import type { Scenario, Weather, WeatherKind } from './scenario.ts';
import { nodesOf } from './topology.ts';
import { allKinds, weatherKind } from './weather-kinds.ts';

/** Under weather, a world without a completed operation is let up on after this. */
const calmNsDefault = 5 * nsPerSec;

type Troubles = Pick<Scenario, 'weather' | 'survives' | 'calmNs' | 'core'>;

/** The parts of a scenario beside its exact and random faults; `candidatesOf` reads a selector. */
export function buildWeather(
  input: BuildInput,
  candidatesOf: (selector: string) => readonly string[],
): Troubles {
  const { faults, survives, heal } = input.text;
  const weather = weatherOf(input, candidatesOf);
  const calmNs = faults.calm ?? (weather === null ? undefined : calmNsDefault);
  return {
    ...(weather === null ? {} : { weather }),
    ...(survives === undefined ? {} : { survives: survives as Budget }),
    ...(calmNs === undefined ? {} : { calmNs }),
    ...(heal === undefined || heal === 'everything' ? {} : { core: heal.core }),
  };
}

function weatherOf(
  input: BuildInput,
  candidatesOf: (selector: string) => readonly string[],
): Weather | null {
  const { text, names, placeOf } = input;
  const written = text.faults.weather;
  if (written === undefined) return null;
  const { from, until = text.duration, lasting, present, stormsPerMinute, outsideBy } = written;
  const ground = {
    nodes: nodesOf(text),
    targets: written.target === undefined ? null : written.target.flatMap(candidatesOf),
    budget: text.survives ?? {},
  };
  const kinds = weightsOf(input, written.kinds).map(
    (chosen): WeatherKind => weatherKind(chosen, names, ground),
  );
  return {
    kinds,
    presentShare: present,
    stormsPerMinute,
    fromNs: from,
    untilNs: until,
    lastingNs: { p50Ns: lasting.p50, p99Ns: lasting.p99 },
    outsideBy,
    source: placeOf(['faults', 'weather']),
  };
}

function weightsOf(
  { text, names }: BuildInput,
  kinds: 'all' | Readonly<Record<string, number>>,
): readonly { readonly kind: string; readonly weight: number }[] {
  if (kinds === 'all') {
    return allKinds(names, text.survives ?? {}).map((kind) => ({ kind, weight: 1 }));
  }
  return Object.entries(kinds)
    .map(([kind, weight]) => ({ kind, weight }))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
