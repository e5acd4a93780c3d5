// What people name on the command line becomes a list of files: a file, a directory of scenarios,
// or a pattern.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { portablePath } from './files.ts';

/** The files an argument names, or what is wrong with it. */
export type NamedFiles =
  | { readonly ok: true; readonly files: readonly string[] }
  | { readonly ok: false; readonly message: string };

const isScenarioName = (file: string) => /\.ya?ml$/.test(file);

/**
 * The scenario files that arguments name, each once, those of one argument in order of their names.
 */
export function scenarioFiles(named: readonly string[]): NamedFiles {
  const files = new Set<string>();
  for (const argument of named) {
    const found = filesOf(argument);
    if (!found.ok) return found;
    for (const file of found.files) files.add(file);
  }
  return { ok: true, files: [...files] };
}

function filesOf(argument: string): NamedFiles {
  if (existsSync(argument)) {
    if (!statSync(argument).isDirectory()) return { ok: true, files: [portablePath(argument)] };
    const files = walk(argument).filter(isScenarioName);
    if (files.length > 0) return { ok: true, files };
    return { ok: false, message: `no scenario in directory '${argument}', expected *.yaml files` };
  }
  if (!/[*?]/.test(argument)) {
    return { ok: false, message: `no such file or directory: '${argument}'` };
  }
  const pattern = patternOf(portablePath(argument));
  const files = walk(fixedPart(argument)).filter((file) => pattern.test(file));
  if (files.length > 0) return { ok: true, files };
  return { ok: false, message: `no file matches '${argument}'` };
}

/** The part of a pattern before its first wildcard: where the search begins. */
function fixedPart(pattern: string): string {
  const steps = pattern.split('/');
  const wild = steps.findIndex((step) => /[*?]/.test(step));
  return steps.slice(0, wild).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

/** Every file below a directory, sorted; hidden directories and packages are passed over. */
function walk(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const file = path.join(directory, entry.name);
    if (!entry.isDirectory()) return [portablePath(file)];
    return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : walk(file);
  });
}

/** `*` and `?` stay within one name, `**` spans any number of directories. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .split('/')
    .map((step) => {
      if (step === '**') return '(?:[^/]+/)*';
      const plain = step.replace(/[.+^${}()|[\]\\]/g, '\\$&');
      return `${plain.replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]')}/`;
    })
    .join('');
  return new RegExp(`^${source.replace(/\/$/, '')}$`);
}
