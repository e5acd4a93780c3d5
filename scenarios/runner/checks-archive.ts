// What an archive must agree on with the rest of a scenario.
import type { CheckInput } from './checks.ts';
import { unknownName } from './suggest.ts';

/** Backups are of volumes whose writes a head puts in order, and one of each. */
export function checkArchive({ text, refuse }: CheckInput): void {
  const { archive, topology } = text;
  if (archive === undefined) return;
  const { zones, volumes } = topology;
  if (!zones.includes(archive.zone)) {
    refuse(['archive', 'zone'], unknownName('zone', archive.zone, zones));
  }
  const seen = new Set<string>();
  for (const [index, { volume: id }] of archive.backups.entries()) {
    const path = ['archive', 'backups', index, 'volume'];
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
    }
    seen.add(id);
  }
}
