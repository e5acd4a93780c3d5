// Who may import whom, by path. test/tidy states the same table over the source text; this one also
// follows resolution (tsconfig, package exports) and finds cycles.
const layers = {
  sim: { folders: [], packages: ['xstate', 'seedrandom'], node: '^$' },
  model: { folders: ['sim'], packages: ['xstate'], node: '^$' },
  reports: {
    folders: ['sim'],
    packages: ['vega', 'vega-lite', '@resvg/resvg-js'],
    node: '^reports/(render|report)\\.ts$',
  },
  scenarios: {
    folders: ['sim', 'model', 'reports'],
    packages: ['zod', 'yaml', 'commander', 'fast-check', 'picocolors'],
    node: '^scenarios/',
  },
};

/** The one file of a folder that other folders import. */
const doors = '^(sim|model|reports|scenarios/runner)/index\\.ts$';

const any = (words) => `(${words.join('|')})`;
const packageTypes = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const layerRules = Object.entries(layers).flatMap(([folder, { folders, packages, node }]) => [
  {
    name: `${folder}-folders`,
    comment: `${folder}/ may import from ${any([folder, ...folders])} only`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: {
      path: '^[^/]+',
      pathNot: `^(node_modules|${[folder, ...folders].join('|')})/`,
      dependencyTypes: ['local'],
    },
  },
  {
    name: `${folder}-packages`,
    comment: `${folder}/ may use the packages ${packages.join(', ')} only`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { dependencyTypes: packageTypes, pathNot: `node_modules/${any(packages)}/` },
  },
  {
    name: `${folder}-node`,
    comment: `in ${folder}/ node: modules are for ${node} only`,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: node },
    to: { dependencyTypes: ['core'] },
  },
]);

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'doors',
      comment: 'from another folder import its index.ts',
      severity: 'error',
      from: { path: '^([^/]+)/' },
      to: { path: '^(sim|model|reports|scenarios)/', pathNot: ['^$1/', doors] },
    },
    {
      name: 'no-cycles',
      comment: 'cut the cycle, or make one side an import type',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'the import names nothing that exists',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'the package is not in dependencies of package.json',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
