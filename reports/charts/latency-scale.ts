import { decades } from '../statistics.ts';
import { laneAxis } from './time-frame.ts';

const nsPerMs = 1_000_000;
/** Latencies below a microsecond are drawn as one: the axis is logarithmic. */
const latencyMinMs = 0.001;

/** Milliseconds on a logarithmic axis. */
export function toLogMs(spanNs: number): number {
  return Math.max(latencyMinMs, spanNs / nsPerMs);
}

/** A y channel for latencies in ms: whole decades, labelled in the unit that reads best. */
export function latencyY(latenciesMs: Iterable<number>, field: string): object {
  const values = decades(latenciesMs, latencyMinMs);
  return {
    field,
    type: 'quantitative',
    scale: { type: 'log', domain: [values[0], values.at(-1)], nice: false },
    axis: {
      ...laneAxis,
      values,
      domain: false,
      ticks: false,
      labelExpr:
        "datum.value >= 1000 ? datum.value / 1000 + ' s' : " +
        "datum.value >= 1 ? datum.value + ' ms' : round(datum.value * 1000) + ' \u00b5s'",
    },
  };
}
