// A file of the project as the house rules see it: its path, its text and its syntax tree.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Source {
  /** From the project's root, with forward slashes: `sim/disk/device.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Where the project keeps what people write; the rest is built or installed. */
const folders = ['sim', 'model', 'reports', 'scenarios', 'bench', 'test', 'lint'];

const binary = /\.(png|ttf|woff2?|gz)$/;

/** Every written file under the project's folders, and the configuration at its root. */
export function projectSources(root: string): Source[] {
  const atRoot = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|cjs|mjs)$/.test(entry.name))
    .map((entry) => entry.name);
  const inFolders = folders.flatMap((folder) => filesUnder(root, folder));
  return [...atRoot, ...inFolders]
    .filter((path) => !binary.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function filesUnder(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(root, path) : [path];
  });
}

const trees = new WeakMap<Source, ts.SourceFile>();

/** The syntax tree, parsed once a source. */
export function treeOf(source: Source): ts.SourceFile {
  const known = trees.get(source);
  if (known) return known;
  const tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2022, true);
  trees.set(source, tree);
  return tree;
}

/** Visits every node of a source, parents first. */
export function eachNode(source: Source, visit: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, descend);
  };
  descend(treeOf(source));
}

/** `12: what`, the line counted from 1. */
export function at(source: Source, node: ts.Node, what: string): string {
  const tree = treeOf(source);
  const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
  return `${line + 1}: ${what}`;
}
