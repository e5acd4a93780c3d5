// Who imports whom, read from the source text:
//
//   scenarios --> model, reports --> sim
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import type { Rule } from './rule.ts';
import { at, eachNode, type Source } from './source.ts';

interface Layer {
  /** Other folders whose door it may open. */
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  /** The files that may use `node:` modules. */
  readonly node: RegExp;
}

const none = /^$/;

const layers: Readonly<Record<string, Layer>> = {
  sim: { folders: [], packages: ['xstate', 'seedrandom'], node: none },
  model: { folders: ['sim'], packages: ['xstate'], node: none },
  reports: {
    folders: ['sim'],
    packages: ['vega', 'vega-lite', '@resvg/resvg-js'],
    // Fonts and the inlined chart runtime are read here, the report is written here.
    node: /^reports\/(render|report)\.ts$/,
  },
  scenarios: {
    folders: ['sim', 'model', 'reports'],
    packages: ['zod', 'yaml', 'commander', 'fast-check', 'picocolors'],
    node: /^scenarios\//,
  },
};

const doors = new Set(
  ['sim', 'model', 'reports', 'scenarios/runner'].map((folder) => `${folder}/index.ts`),
);

/** Visits each module that a source names: import, export from, import(), import type. */
function eachImport(source: Source, visit: (specifier: string, node: ts.Node) => void): void {
  eachNode(source, (node) => {
    const named = moduleNameOf(node);
    if (named && ts.isStringLiteralLike(named)) visit(named.text, node);
  });
}

function moduleNameOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return node.argument.literal;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport || node.expression.getText() === 'require' ? node.arguments[0] : undefined;
}

/** `zod/v4` is of `zod`, `@resvg/resvg-js/x` of `@resvg/resvg-js`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function wrongImport(source: Source, specifier: string): string | null {
  const folder = source.path.split('/')[0] ?? '';
  const layer = layers[folder];
  if (!layer) return null;
  if (specifier.startsWith('node:'))
    return layer.node.test(source.path) ? null : `no node: in ${source.path}`;
  if (!specifier.startsWith('.')) {
    const known = layer.packages.includes(packageOf(specifier));
    return known ? null : `${folder} may use ${layer.packages.join(', ')}`;
  }
  const target = join(dirname(source.path), specifier);
  const targetFolder = target.split('/')[0] ?? '';
  if (targetFolder === folder) return null;
  if (target === 'package.json' && folder === 'scenarios') return null;
  if (!layer.folders.includes(targetFolder)) {
    return `${folder} may import ${['itself', ...layer.folders].join(', ')}`;
  }
  return doors.has(target) ? null : `from outside import ${targetFolder}/index.ts`;
}

const layering: Rule = {
  claim: 'a folder imports only the folders and packages of its layer, by their doors',
  covers: /^(sim|model|reports|scenarios)\/.*\.ts$/,
  check(source) {
    const problems: string[] = [];
    eachImport(source, (specifier, node) => {
      const wrong = wrongImport(source, specifier);
      if (wrong !== null) problems.push(at(source, node, `import of "${specifier}": ${wrong}`));
    });
    return problems;
  },
  refuses: [
    { path: 'sim/a.ts', text: "import '../model/index.ts';\nimport 'node:fs';", problemCount: 2 },
    { path: 'sim/a.ts', text: "type Z = import('zod').ZodType;", problemCount: 1 },
    { path: 'model/a.ts', text: "export { a } from '../sim/world.ts';", problemCount: 1 },
    { path: 'model/a.ts', text: "import seedrandom from 'seedrandom';", problemCount: 1 },
    { path: 'reports/charts/a.ts', text: "import '../../model/index.ts';", problemCount: 1 },
    { path: 'reports/rows.ts', text: "import { readFileSync } from 'node:fs';", problemCount: 1 },
    { path: 'scenarios/runner/a.ts', text: "await import('vega');", problemCount: 1 },
    { path: 'scenarios/runner/a.ts', text: "require('../../sim/world.ts');", problemCount: 1 },
  ],
  accepts: [
    { path: 'sim/disk/a.ts', text: "import '../units.ts';\nimport { setup } from 'xstate';" },
    { path: 'model/a.ts', text: "import type { World } from '../sim/index.ts';" },
    { path: 'reports/render.ts', text: "await import('vega');\nimport 'node:fs';" },
    { path: 'scenarios/runner/a.ts', text: "await import('../../reports/index.ts');" },
  ],
};

const extensions: Rule = {
  claim: 'imports inside the project name a file, with its extension',
  covers: /\.ts$/,
  check(source) {
    const problems: string[] = [];
    eachImport(source, (specifier, node) => {
      if (!specifier.startsWith('.') || /\.(ts|json|mjs)$/.test(specifier)) return;
      problems.push(at(source, node, `import of "${specifier}" names no file`));
    });
    return problems;
  },
  refuses: [
    { path: 'sim/a.ts', text: "import './b';\nimport './c.js';\nimport '..';", problemCount: 3 },
  ],
  accepts: [{ path: 'sim/a.ts', text: "import './b.ts';\nimport 'xstate';" }],
};

/** Rules about imports. */
export const layerRules: readonly Rule[] = [layering, extensions];
