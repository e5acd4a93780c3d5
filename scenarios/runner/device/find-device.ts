// From the word on a command line to a device: the name of a shipped profile, or a file.
import { existsSync } from 'node:fs';
import { diskFiles, portablePath } from '../files.ts';
import { problemText } from '../problems.ts';
import { type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import { deviceCatalog } from './catalog.ts';
import { type DeviceProfileFile, readDeviceProfile } from './profile.ts';

/** The profile that a word names; null after the problems of its file were printed. */
export function findDevice(word: string, shell: Shell): DeviceProfileFile | null {
  const catalog = deviceCatalog();
  if (Object.hasOwn(catalog, word)) return catalog[word]!.profile();
  if (!word.endsWith('.json') && !existsSync(word)) {
    const known = Object.keys(catalog).sort();
    throw new UsageError(`${unknownName('device', word, known)}; or the path of a profile`);
  }
  const reading = readDeviceProfile(textOf(word), portablePath(word));
  if (reading.ok) return reading.value;
  for (const problem of reading.problems) shell.err(`${problemText(problem)}\n`);
  return null;
}

/** The text of a file that a command was given. */
export function textOf(file: string): string {
  const read = diskFiles.readText(file);
  if (!read.ok) throw new UsageError(`cannot read '${file}': ${read.reason}`);
  return read.text;
}
