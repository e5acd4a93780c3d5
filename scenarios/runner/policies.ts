// How copies are restored and moved and how long slots are kept, from the file to the model and
// back. What a file leaves out stays out: the model has its defaults.
import type { ClusterSpec, ProbationSpec } from '../../model/index.ts';
import type { ScenarioInput, ScenarioText } from './schema.ts';
import { quantityText, rangeText } from './units.ts';

type Policies = Pick<ClusterSpec, 'reMirror' | 'slotLife' | 'optimizer'>;
type PoliciesInput = Pick<ScenarioInput['topology'], 'reMirror' | 'slotLife' | 'optimizer'>;

/** What a file says. */
export function policiesOf({ reMirror, slotLife, optimizer }: ScenarioText['topology']): Policies {
  return {
    ...(reMirror === undefined
      ? {}
      : {
          reMirror: {
            copiesPerHost: reMirror.copiesPerHost,
            copiesPerCell: reMirror.copiesPerCell,
            backOffFirstNs: reMirror.backOff.min,
            backOffMaxNs: reMirror.backOff.max,
            reserveShare: reMirror.reserve,
            merge: reMirror.merge,
            hostsPerMinute: reMirror.hostsPerMinute ?? null,
            probation:
              reMirror.probation === undefined
                ? null
                : { firstNs: reMirror.probation.min, maxNs: reMirror.probation.max },
          },
        }),
    ...(slotLife === undefined
      ? {}
      : { slotLife: { reserveNs: slotLife.reserve, graceNs: slotLife.grace } }),
    ...(optimizer === undefined
      ? {}
      : {
          optimizer: {
            zone: optimizer.zone,
            everyNs: optimizer.every,
            movesAtOnce: optimizer.movesAtOnce,
          },
        }),
  };
}

/** The same as a file says it. */
export function policiesInput({ reMirror, slotLife, optimizer }: Policies): PoliciesInput {
  return {
    ...(reMirror === undefined
      ? {}
      : {
          reMirror: {
            copiesPerHost: reMirror.copiesPerHost,
            copiesPerCell: reMirror.copiesPerCell,
            backOff: rangeText('duration', {
              min: reMirror.backOffFirstNs,
              max: reMirror.backOffMaxNs,
            }),
            reserve: quantityText('share', reMirror.reserveShare),
            merge: reMirror.merge,
            ...(reMirror.hostsPerMinute === null
              ? {}
              : { hostsPerMinute: reMirror.hostsPerMinute }),
            ...(reMirror.probation === null
              ? {}
              : { probation: probationText(reMirror.probation) }),
          },
        }),
    ...(slotLife === undefined
      ? {}
      : {
          slotLife: {
            reserve: quantityText('duration', slotLife.reserveNs),
            grace: quantityText('duration', slotLife.graceNs),
          },
        }),
    ...(optimizer === undefined
      ? {}
      : {
          optimizer: {
            zone: optimizer.zone,
            every: quantityText('duration', optimizer.everyNs),
            movesAtOnce: optimizer.movesAtOnce,
          },
        }),
  };
}

function probationText({ firstNs: min, maxNs: max }: ProbationSpec): string {
  return rangeText('duration', { min, max });
}
