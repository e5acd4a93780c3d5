import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The text of a file, or why there is none. */
export type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Where the reader gets texts from: the disk, or a map in a test. */
export interface FileReader {
  readText(file: string): FileText;
}

/** A file of more bytes than this is no scenario and no excerpt of a trace. */
const fileBytesMax = 64 * 1024 * 1024;

/** Reads from the disk. */
export const diskFiles: FileReader = {
  readText(file) {
    try {
      const bytes = readFileSync(file);
      if (bytes.length > fileBytesMax) {
        return {
          ok: false,
          reason: `expected at most ${fileBytesMax} bytes, found ${bytes.length}`,
        };
      }
      return { ok: true, text: bytes.toString('utf8') };
    } catch (error) {
      return { ok: false, reason: reasonOf(error) };
    }
  },
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of its path is no directory',
  EACCES: 'permission denied',
};

/** Why the system refused, in words; anything else that was thrown is ours and goes on. */
export function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  if (typeof code !== 'string') throw error;
  return reasons[code] ?? code;
}

/**
 * A path with `/` on every platform and without detours; inside the working directory it is
 * relative.
 */
export function portablePath(file: string): string {
  const normal = path.normalize(file);
  const relative = path.isAbsolute(normal) ? path.relative('', normal) : normal;
  const chosen = relative.startsWith('..') && path.isAbsolute(normal) ? normal : relative;
  return chosen.split(path.sep).join('/');
}
