// What becomes of the contents of snapshots, from the file to the model and back.
import type {
  BackupPlan,
  ClusterSpec,
  PurgePlan,
  RestorePlan,
  VolumeSpec,
} from '../../model/index.ts';
import type { Ns } from '../../sim/index.ts';
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
  const { zone, device, purges } = archive;
  const backups = archive.backups.map(({ volume, source, ...when }) => ({
    volume,
    source,
    ...scheduleOf(when),
  }));
  const sets = archive.sets.map(({ volumes, ...when }) => ({ volumes, ...scheduleOf(when) }));
  // The schema knows no other words.
  const more = purges?.map(({ volume, every, which }) => ({
    volume,
    everyNs: every,
    which: which as PurgePlan['which'],
  }));
  return {
    archive: {
      zone,
      device,
      backups,
      ...(sets.length === 0 ? {} : { sets }),
      ...(more === undefined ? {} : { purges: more }),
    },
  };
}

function scheduleOf({ every, keep }: { readonly every: Ns; readonly keep: number }) {
  return { everyNs: every, keepCount: keep };
}

/** The same as a file says it. */
export function archiveInput({ archive }: Archive): ScenarioInput['archive'] {
  if (archive === undefined) return undefined;
  const { zone, device, backups, sets = [], purges } = archive;
  return {
    zone,
    device,
    ...(backups.length === 0 ? {} : { backups: backups.map(backupInput) }),
    ...(sets.length === 0
      ? {}
      : {
          sets: sets.map(({ volumes, ...when }) => ({
            volumes: [...volumes],
            ...scheduleInput(when),
          })),
        }),
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

function backupInput({ volume, source = 'schedule', ...when }: BackupPlan) {
  return { volume, source, ...scheduleInput(when) };
}

function scheduleInput({ everyNs, keepCount }: Pick<BackupPlan, 'everyNs' | 'keepCount'>) {
  return { every: quantityText('duration', everyNs), keep: keepCount };
}
