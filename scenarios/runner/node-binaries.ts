// Which Nodes there are to run in besides the one that runs this: those named, and `node22` and the
// like on the path of programs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './shell.ts';

/** A Node that can be started. */
export interface NodeBinary {
  readonly file: string;
  /** `v22.4.1`. */
  readonly version: string;
}

/** Names under which systems install several Nodes beside each other. */
const versioned = /^node(?:js)?-?\d+(?:\.exe)?$/;

/** Every other Node, each once; a named one that does not start is a mistake of the caller. */
export function nodeBinaries(
  named: readonly string[],
  searchPath = process.env.PATH ?? '',
): readonly NodeBinary[] {
  const seen = new Set([realpathSync(process.execPath)]);
  const found: NodeBinary[] = [];
  for (const file of [...named, ...onPath(searchPath)]) {
    const version = versionOf(file);
    if (version === null && named.includes(file)) {
      throw new UsageError(`--node: expected a Node to run, found '${file}'`);
    }
    if (version === null || seen.has(realpathSync(file))) continue;
    seen.add(realpathSync(file));
    found.push({ file, version });
  }
  return found;
}

function onPath(searchPath: string): readonly string[] {
  return searchPath.split(path.delimiter).flatMap((directory) => {
    if (directory === '' || !existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((name) => versioned.test(name))
      .sort()
      .map((name) => path.join(directory, name));
  });
}

function versionOf(file: string): string | null {
  if (!existsSync(file)) return null;
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return status === 0 && /^v\d+\./.test(stdout) ? stdout.trim() : null;
}
