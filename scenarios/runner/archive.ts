// What becomes of the contents of snapshots, from the file to the model and back.
import type { ClusterSpec, PurgePlan, RestorePlan, VolumeSpec } from '../../model/index.ts';
import type { ScenarioInput, ScenarioText } from './schema.ts';
import { quantityText } from './units.ts';

type Archive = Pick<ClusterSpec, 'archive'>;

/** What a file says of how a volume begins. */
export function restoredFromOf(volume: ScenarioText['topology']['volumes'][number]): {
  readonly restoredFrom?: RestorePlan;
} {
  if (volume.restoredFrom === undefined) return {};
  const { volume: from, at: atNs, bandwidth: bitsPerSec } = volume.restoredFrom;
  return { restoredFrom: { volume: from, atNs, bitsPerSec } };
}

/** The same as a file says it. */
export function restoredFromInput({ restoredFrom }: Pick<VolumeSpec, 'restoredFrom'>) {
  if (restoredFrom === undefined) return {};
  const { volume, atNs, bitsPerSec } = restoredFrom;
  const at = quantityText('duration', atNs);
  return { restoredFrom: { volume, at, bandwidth: quantityText('bandwidth', bitsPerSec) } };
}

/** What a file says. */
export function archiveOf({ archive }: Pick<ScenarioText, 'archive'>): Archive {
  if (archive === undefined) return {};
  const { zone, device, backups, purges } = archive;
  const plans = backups.map(({ volume, source, every, keep }) => ({
    volume,
    source,
    everyNs: every,
    keepCount: keep,
  }));
  // The schema knows no other words.
  const more = purges?.map(({ volume, every, which }) => ({
    volume,
    everyNs: every,
    which: which as PurgePlan['which'],
  }));
  const all = more === undefined ? {} : { purges: more };
  return { archive: { zone, device, backups: plans, ...all } };
}

/** The same as a file says it. */
export function archiveInput({ archive }: Archive): ScenarioInput['archive'] {
  if (archive === undefined) return undefined;
  const { zone, device, backups, purges } = archive;
  return {
    zone,
    device,
    backups: backups.map(({ volume, source, everyNs, keepCount }) => ({
      volume,
      source: source ?? 'schedule',
      every: quantityText('duration', everyNs),
      keep: keepCount,
    })),
    ...(purges === undefined
      ? {}
      : {
          purges: purges.map(({ volume, everyNs, which }) => ({
            volume,
            every: quantityText('duration', everyNs),
            which,
          })),
        }),
  };
}
