// Snapshots and moves between cells, from the file to the model and back.
import type { ClusterSpec, LineageSpec } from '../../model/index.ts';
import type { ScenarioInput, ScenarioText } from './schema.ts';
import { quantityText } from './units.ts';

type Lineage = Pick<ClusterSpec, 'lineage'>;

/** What a file says. */
export function lineageOf({ lineage }: Pick<ScenarioText, 'lineage'>): Lineage {
  if (lineage === undefined) return {};
  const { routers, movers, lease, snapshots, moves, rollBacks, split, operator } = lineage;
  return {
    lineage: {
      routerCount: routers,
      moverCount: movers,
      cellLeaseNs: lease,
      snapshots: snapshots.map(
        ({ id, zone, volume, from, every, count, retry, askedAtOnce, giveUp }) => ({
          id,
          zone,
          volume,
          firstNs: from,
          everyNs: every,
          count: count ?? null,
          retryNs: retry,
          askedAtOnce,
          giveUpNs: giveUp ?? null,
        }),
      ),
      moves: moves.map(({ at, volume, to = null }) => ({ volume, to, atNs: at })),
      ...(split === undefined ? {} : { split: splitOf(split) }),
      ...(operator === undefined ? {} : { operator: operatorOf(operator) }),
      ...(rollBacks === undefined
        ? {}
        : { rollBacks: rollBacks.map(({ at, volume }) => ({ volume, atNs: at })) }),
    },
  };
}

/** The same as a file says it. */
export function lineageInput({ lineage }: Lineage): ScenarioInput['lineage'] {
  if (lineage === undefined) return undefined;
  const { routerCount, moverCount, cellLeaseNs, snapshots, moves, rollBacks, split, operator } =
    lineage;
  return {
    routers: routerCount,
    movers: moverCount,
    lease: quantityText('duration', cellLeaseNs),
    snapshots: snapshots.map(
      ({ id, zone, volume, firstNs, everyNs, count, retryNs, askedAtOnce, giveUpNs }) => ({
        id,
        zone,
        volume,
        from: quantityText('duration', firstNs),
        every: quantityText('duration', everyNs),
        ...(count === null ? {} : { count }),
        retry: quantityText('duration', retryNs),
        askedAtOnce,
        ...(giveUpNs === null ? {} : { giveUp: quantityText('duration', giveUpNs) }),
      }),
    ),
    moves: moves.map(({ volume, to, atNs }) => ({
      at: quantityText('duration', atNs),
      volume,
      ...(to === null ? {} : { to }),
    })),
    ...(split === undefined ? {} : { split: splitInput(split) }),
    ...(operator === undefined ? {} : { operator: operatorInput(operator) }),
    ...(rollBacks === undefined
      ? {}
      : {
          rollBacks: rollBacks.map(({ volume, atNs }) => ({
            at: quantityText('duration', atNs),
            volume,
          })),
        }),
  };
}

type SplitText = NonNullable<NonNullable<ScenarioText['lineage']>['split']>;
type Split = NonNullable<LineageSpec['split']>;

function splitOf({ cell, to, above, window }: SplitText): Split {
  return { cell, to, ratePerSecMax: above, windowNs: window };
}

function splitInput({ cell, to, ratePerSecMax, windowNs }: Split) {
  const above = quantityText('rate', ratePerSecMax);
  return { cell, to, above, window: quantityText('duration', windowNs) };
}

type OperatorText = NonNullable<NonNullable<ScenarioText['lineage']>['operator']>;
type Operator = NonNullable<LineageSpec['operator']>;

function operatorOf({ every, holds }: OperatorText): Operator {
  const all = holds.map(({ volume, from, until }) => ({ volume, fromNs: from, untilNs: until }));
  return { everyNs: every, holds: all };
}

function operatorInput({ everyNs, holds }: Operator) {
  return {
    every: quantityText('duration', everyNs),
    holds: holds.map(({ volume, fromNs, untilNs }) => ({
      volume,
      from: quantityText('duration', fromNs),
      until: quantityText('duration', untilNs),
    })),
  };
}
