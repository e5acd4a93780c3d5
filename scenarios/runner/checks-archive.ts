// What an archive must agree on with the rest of a scenario.
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import { unknownName } from './suggest.ts';

/** A volume is restored into what can hold it, from what is there to be restored. */
export function checkRestores({ text, refuse }: CheckInput): void {
  const { archive, topology } = text;
  for (const [index, volume] of topology.volumes.entries()) {
    const { id, restoredFrom } = volume;
    if (restoredFrom === undefined) continue;
    const path = ['topology', 'volumes', index, 'restoredFrom'];
    const from = topology.volumes.find((one) => one.id === restoredFrom.volume);
    const saved = savedVolumes(archive).some((one) => one.volume === restoredFrom.volume);
    if (from === undefined) {
      const known = topology.volumes.map((one) => one.id);
      refuse([...path, 'volume'], unknownName('volume', restoredFrom.volume, known));
    } else if (depthOf(topology.volumes, id) === null) {
      refuse([...path, 'volume'], `volume '${id}' would be restored from itself in the end`);
    } else if (from.size !== volume.size || from.rangeSize !== volume.rangeSize) {
      refuse(path, `volume '${id}' differs from '${from.id}'; expected the same size, rangeSize`);
    } else if (!saved) {
      refuse(path, `volume '${from.id}' has no snapshots; add it to archive.backups`);
    } else if (volume.replication === 'client-quorum') {
      refuse(
        path,
        `volume '${id}' is replicated by client-quorum: no head stores what comes from the ` +
          'archive; use chain or primary-backup',
      );
    } else if (volume.durability === 'on-flush') {
      refuse(path, `volume '${id}' is durable on flush, expected durability on-ack`);
    } else if (depthOf(topology.volumes, id)! > restoreDepthMax) {
      refuse(path, `volume '${id}' is restored over more than ${restoreDepthMax} volumes`);
    }
  }
}

// The volumes that have snapshots, and where the file says so.
function savedVolumes(archive: CheckInput['text']['archive']): readonly SavedVolume[] {
  const { backups = [], sets = [] } = archive ?? {};
  const alone = backups.map(({ volume, source }, index) => ({
    volume,
    source,
    path: ['archive', 'backups', index, 'volume'],
  }));
  const together = sets.flatMap(({ volumes }, set) =>
    volumes.map((volume, index) => ({
      volume,
      source: 'set',
      path: ['archive', 'sets', set, 'volumes', index],
    })),
  );
  return [...alone, ...together];
}

interface SavedVolume {
  readonly volume: string;
  readonly source: string;
  readonly path: ValuePath;
}

/** So many volumes may be restored from each other in a row: sessions are numbers of few bits. */
const restoreDepthMax = 3;

type VolumeText = CheckInput['text']['topology']['volumes'][number];

// From how many volumes, one after the other, a volume is restored; null for a circle.
function depthOf(volumes: readonly VolumeText[], id: string): number | null {
  let at = volumes.find((one) => one.id === id);
  for (let depth = 0; depth <= volumes.length; depth++) {
    const from = at?.restoredFrom?.volume;
    if (from === undefined) return depth;
    at = volumes.find((one) => one.id === from);
  }
  return null;
}

/** Backups are of volumes whose writes a head puts in order, and one of each. */
export function checkArchive({ text, refuse }: CheckInput): void {
  const { archive, topology, lineage } = text;
  if (archive === undefined) return;
  const { zones, volumes } = topology;
  if (!zones.includes(archive.zone)) {
    refuse(['archive', 'zone'], unknownName('zone', archive.zone, zones));
  }
  for (const [index, { volume }] of (archive.purges ?? []).entries()) {
    const names = archive.backups.map((one) => one.volume);
    const path = ['archive', 'purges', index, 'volume'];
    if (!names.includes(volume)) refuse(path, unknownName('volume with a backup', volume, names));
    const isSecond = archive.purges!.findIndex((one) => one.volume === volume) < index;
    if (isSecond) refuse(path, `volume '${volume}' has two purges, expected one of each volume`);
  }
  const saved = savedVolumes(archive);
  if (saved.length === 0) {
    refuse(['archive'], 'expected backups or sets of volumes, found neither; add one of them');
  }
  const seen = new Set<string>();
  const routed = [...(lineage?.snapshots ?? []), ...(lineage?.moves ?? [])];
  for (const { volume: id, source, path } of saved) {
    const volume = volumes.find((one) => one.id === id);
    if (volume === undefined) {
      const known = volumes.map((one) => one.id);
      refuse(path, unknownName('volume', id, known));
    } else if (volume.replication === 'client-quorum') {
      refuse(
        path,
        `volume '${id}' is replicated by client-quorum: no head puts its writes in order, ` +
          'so it cannot be cut; use chain or primary-backup',
      );
    } else if (volume.durability === 'on-flush') {
      refuse(
        path,
        `volume '${id}' is durable on flush: a copy that was down may lack what was ` +
          'acknowledged, so it cannot be cut; use durability on-ack',
      );
    } else if (seen.has(id)) {
      refuse(path, `volume '${id}' has two backups, expected one of each volume`);
    } else if (source === 'lineage' && !routed.some((one) => one.volume === id)) {
      refuse(
        path,
        `nobody asks routers for snapshots of volume '${id}', expected one of lineage.snapshots; ` +
          'name it there, or use source schedule',
      );
    }
    seen.add(id);
  }
}
