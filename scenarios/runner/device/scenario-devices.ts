// The devices of one scenario: shipped ones by name, its own from the profiles that it names. Those
// are looked for as traces are.
import { createHash } from 'node:crypto';
import { archiveRoom } from '../../../model/index.ts';
import type { DeviceSpec } from '../../../sim/index.ts';
import { archiveOf } from '../archive.ts';
import type { PositionedDocument, ValuePath } from '../document.ts';
import { diskFiles, type FileReader } from '../files.ts';
import type { Problem } from '../problems.ts';
import { problemAt } from '../refusals.ts';
import type { ProfileReference } from '../scenario.ts';
import type { ScenarioText } from '../schema.ts';
import { unknownName } from '../suggest.ts';
import { hostsOf } from '../topology.ts';
import { findBeside } from '../trace-files.ts';
import { quantityText } from '../units.ts';
import type { NamedDevice, Vocabulary } from '../vocabulary.ts';
import { readDeviceProfile } from './profile.ts';

/** What the devices of a scenario are. */
export interface LoadedDevices {
  /** By the names that hosts and authority use. */
  readonly specs: Readonly<Record<string, DeviceSpec>>;
  /** Where those came from that are not shipped. */
  readonly profiles: Readonly<Record<string, ProfileReference>>;
  readonly problems: readonly Problem[];
}

interface LoadContext {
  readonly names: Pick<Vocabulary, 'devices'>;
  readonly files?: FileReader;
}

/** Blocks of the authority's log, 256 MiB. */
const logBytes = 268_435_456;

/** Reads the profiles that a scenario names, and finds the device of every host. */
export function loadDevices(
  text: ScenarioText,
  document: PositionedDocument,
  { names, files = diskFiles }: LoadContext,
): LoadedDevices {
  const own = loadOwn(text.devices ?? {}, document, { names, files });
  const problems: Problem[] = [...own.problems];
  const known = new Map([...Object.entries(names.devices), ...own.devices]);
  const specs = new Map<string, DeviceSpec>();
  for (const { name, bytes, path } of usesOf(text)) {
    const refuse = (message: string) => problems.push(problemAt(document.valueAt(path), message));
    const device = known.get(name);
    if (device === undefined) {
      // What is wrong with its profile was said already.
      if (text.devices?.[name] === undefined)
        refuse(unknownName('device', name, [...known.keys()].sort()));
      continue;
    }
    const { spec, blockCount } = device.profile();
    specs.set(name, spec);
    if (bytes > blockCount * 4_096) {
      const [needed, has] = [bytes, blockCount * 4_096].map((size) => quantityText('size', size));
      refuse(`device '${name}' has ${has}, ${needed} are needed; take a larger one`);
    }
  }
  return { specs: Object.fromEntries(specs), profiles: own.profiles, problems };
}

interface OwnDevices {
  readonly devices: ReadonlyMap<string, NamedDevice>;
  readonly profiles: Readonly<Record<string, ProfileReference>>;
  readonly problems: readonly Problem[];
}

function loadOwn(
  written: NonNullable<ScenarioText['devices']>,
  document: PositionedDocument,
  { names, files }: Required<LoadContext>,
): OwnDevices {
  const devices = new Map<string, NamedDevice>();
  const profiles = new Map<string, ProfileReference>();
  const problems: Problem[] = [];
  for (const [name, entry] of Object.entries(written)) {
    const refuse = (message: string) =>
      problems.push(problemAt(document.valueAt(['devices', name]), message));
    const pinned = typeof entry === 'string' ? { profile: entry } : entry;
    if (Object.hasOwn(names.devices, name)) {
      refuse(`device '${name}' is shipped already; give yours another name`);
      continue;
    }
    const { file, text, tried } = findBeside(pinned.profile, document.file, files);
    if (!text.ok) {
      const where = `looked at ${tried.join(', ')}`;
      refuse(`cannot read device profile '${pinned.profile}': ${text.reason}; ${where}`);
      continue;
    }
    const sha256 = createHash('sha256').update(text.text, 'utf8').digest('hex');
    if (pinned.sha256 !== undefined && pinned.sha256 !== sha256) {
      refuse(
        `device profile '${pinned.profile}' has sha256 ${sha256}, expected ${pinned.sha256}; ` +
          'it was changed since this scenario was written',
      );
      continue;
    }
    const reading = readDeviceProfile(text.text, file);
    if (!reading.ok) {
      problems.push(...reading.problems);
      continue;
    }
    const { value } = reading;
    devices.set(name, { summary: value.spec.summary, profile: () => value });
    profiles.set(name, { path: file, sha256 });
  }
  return { devices, profiles: Object.fromEntries(profiles), problems };
}

/** A place that names a device, and how much it stores there. */
interface DeviceUse {
  readonly name: string;
  readonly bytes: number;
  readonly path: ValuePath;
}

function usesOf(text: ScenarioText): readonly DeviceUse[] {
  const { topology } = text;
  const { authority, volumes, hosts } = topology;
  const rangeBytes = Math.max(...volumes.map(({ rangeSize }) => rangeSize));
  const isListed = Array.isArray(hosts);
  const uses = hostsOf(topology).map(({ device, slotCount }, index) => ({
    name: device,
    // A block for the device, and one for each slot beside those of its range.
    bytes: 4_096 * (1 + slotCount * (1 + Math.ceil(rangeBytes / 4_096))),
    path: ['topology', 'hosts', ...(isListed ? [index] : []), 'device'],
  }));
  const path = ['topology', 'authority', 'device'];
  return [...uses, { name: authority.device, bytes: logBytes, path }, ...archiveUses(text)];
}

function archiveUses(text: ScenarioText): readonly DeviceUse[] {
  const { archive } = archiveOf(text);
  if (archive === undefined) return [];
  const volumes = text.topology.volumes.map(({ id, size, rangeSize }) => ({
    id,
    sizeBytes: size,
    rangeBytes: rangeSize,
  }));
  // Unknown volumes are refused elsewhere.
  const known = archive.backups.filter(({ volume }) => volumes.some(({ id }) => id === volume));
  const { recordCount, objectCount } = archiveRoom({ ...archive, backups: known }, volumes);
  const bytes = 4_096 * (recordCount + objectCount);
  return [{ name: archive.device, bytes, path: ['archive', 'device'] }];
}
