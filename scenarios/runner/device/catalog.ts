// The devices that are known by name: one JSON file each in `scenarios/devices`. A file is read as
// a whole only when its device is used; a list needs no more than names and summaries.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assert, type DeviceSpec } from '../../../sim/index.ts';
import { problemText } from '../problems.ts';
import type { NamedDevice } from '../vocabulary.ts';
import { type DeviceProfileFile, readDeviceProfile } from './profile.ts';

/** What is read of every file. */
interface ProfileHead {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
}

/** The shipped devices by id and by each other name they go by. */
export function deviceCatalog(): Readonly<Record<string, NamedDevice>> {
  shipped ??= readCatalog();
  return shipped;
}

/** The specs of devices by the names they are asked for. */
export function deviceSpecs(names: readonly string[]): Readonly<Record<string, DeviceSpec>> {
  const catalog = deviceCatalog();
  const found = names.map((name) => {
    const device = Object.hasOwn(catalog, name) ? catalog[name] : undefined;
    assert(
      device !== undefined,
      `unknown device '${name}'; known: ${Object.keys(catalog).join(', ')}`,
    );
    return [name, device.profile().spec] as const;
  });
  return Object.fromEntries(found);
}

/** The files do not change while a program runs. */
let shipped: Readonly<Record<string, NamedDevice>> | undefined;

function readCatalog(): Readonly<Record<string, NamedDevice>> {
  const folder = catalogFolder();
  const devices = new Map<string, NamedDevice>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const text = readFileSync(new URL(file, folder), 'utf8');
    const { id, aliases = [], summary } = JSON.parse(text) as ProfileHead;
    let read: DeviceProfileFile | undefined;
    const profile = (): DeviceProfileFile => {
      read ??= readShipped(text, file);
      return read;
    };
    for (const name of [id, ...aliases]) {
      assert(!devices.has(name), `two devices are named '${name}', one of them in ${file}`);
      devices.set(name, { summary, profile });
    }
  }
  return Object.fromEntries(devices);
}

/** Seen from the sources (`scenarios/runner/device/`) or from a build (`dist/scenarios/...`). */
function catalogFolder(): URL {
  for (const place of ['../../devices/', '../../../../scenarios/devices/']) {
    const folder = new URL(place, import.meta.url);
    if (isFolder(folder)) return folder;
  }
  throw new Error("no device profiles found: expected them in 'scenarios/devices' of the package");
}

function isFolder(folder: URL): boolean {
  try {
    return readdirSync(fileURLToPath(folder)).length > 0;
  } catch {
    return false;
  }
}

function readShipped(text: string, file: string): DeviceProfileFile {
  const reading = readDeviceProfile(text, `scenarios/devices/${file}`);
  assert(reading.ok, reading.ok ? '' : reading.problems.map(problemText).join('\n'));
  return reading.value;
}
