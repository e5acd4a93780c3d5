// What simulated code may not touch. Biome bans the same names by scope; this rule also sees
// what it cannot: aliases of Math, async functions, state that a fork would share.
import ts from 'typescript';
import type { Rule } from './rule.ts';
import { at, eachNode, type Source } from './source.ts';

/** All of the simulation but the guard, whose work is to take these names away from the rest. */
const simulated = /^(sim(?!\/guard(-traps)?\.ts$)|model)\/.*\.ts$/;

/** Exact by IEEE 754 or integer arithmetic: the same on every engine. The rest is refused. */
const exactMath = new Set(
  (
    'abs ceil clz32 floor fround imul max min round sign sqrt trunc ' +
    'E LN2 LN10 LOG2E LOG10E PI SQRT1_2 SQRT2'
  ).split(' '),
);

const bannedGlobals = new Set(
  (
    'Atomics Date FinalizationRegistry Function Intl Promise WeakRef clearImmediate ' +
    'clearInterval clearTimeout console crypto eval fetch global globalThis performance ' +
    'process queueMicrotask require self setImmediate setInterval setTimeout window'
  ).split(' '),
);

const bannedMembers = /^(localeCompare|toLocale\w+|asyncIterator|captureStackTrace)$/;

/** Names that the file itself declares: a parameter called `self` is not the global. */
function declaredNames(source: Source): Set<string> {
  const names = new Set<string>();
  eachNode(source, (node) => {
    const isDeclaration =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isFunctionExpression(node) ||
      ts.isImportSpecifier(node);
    if (isDeclaration && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}

/** Whether an identifier names a value in scope: no member, key, declaration or type. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false;
  return (parent as { name?: ts.Node }).name !== node;
}

function wrongIdentifier(node: ts.Identifier, declared: ReadonlySet<string>): string | null {
  if (node.text === 'Math' && isReference(node)) {
    const { parent } = node;
    if (!ts.isPropertyAccessExpression(parent)) return 'Math may only be used as Math.name';
    const member = parent.name.text;
    return exactMath.has(member) ? null : `Math.${member} differs between engines or runs`;
  }
  if (!bannedGlobals.has(node.text) || declared.has(node.text)) return null;
  return isReference(node) ? `${node.text} is not deterministic` : null;
}

function wrongSyntax(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async: simulated code runs to completion';
  if (node.kind === ts.SyntaxKind.AwaitKeyword) return 'for await: runs to completion';
  if (ts.isAwaitExpression(node)) return 'await: simulated code runs to completion';
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskToken) return '** differs between engines';
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return '**= differs between engines';
  if (ts.isMetaProperty(node)) return 'import.meta names a machine';
  if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) {
    return 'import() is asynchronous';
  }
  if (ts.isPropertyAccessExpression(node) && bannedMembers.test(node.name.text)) {
    return `${node.name.text} depends on the machine`;
  }
  return null;
}

const deterministicSource: Rule = {
  claim: 'simulated code reads no clock, no chance, no locale and never waits',
  covers: simulated,
  check(source) {
    const declared = declaredNames(source);
    const problems: string[] = [];
    eachNode(source, (node) => {
      const wrong = ts.isIdentifier(node) ? wrongIdentifier(node, declared) : wrongSyntax(node);
      if (wrong !== null) problems.push(at(source, node, wrong));
    });
    return problems;
  },
  refuses: [
    { path: 'sim/a.ts', text: 'const a = Math.random() + Math.exp(1);', problemCount: 2 },
    { path: 'sim/a.ts', text: "const { log } = Math;\nMath['sin'](1);", problemCount: 2 },
    { path: 'sim/a.ts', text: 'let a = 2 ** 3;\na **= 2;\nMath.pow(a, 2);', problemCount: 3 },
    { path: 'sim/a.ts', text: 'const f = async () => { await g(); };', problemCount: 2 },
    {
      path: 'sim/a.ts',
      text: 'async function f() { for await (const x of y) x(); }',
      problemCount: 2,
    },
    { path: 'sim/a.ts', text: 'new Date(); Date.now(); performance.now();', problemCount: 3 },
    { path: 'sim/a.ts', text: 'const later = { setTimeout, a: setInterval };', problemCount: 2 },
    { path: 'sim/a.ts', text: 'a.then(Promise.resolve); process.exit();', problemCount: 2 },
    { path: 'sim/a.ts', text: "a.localeCompare(b); a.toLocaleString('de');", problemCount: 2 },
    { path: 'model/a.ts', text: "import('./b.ts'); import.meta.url;", problemCount: 2 },
    { path: 'model/a.ts', text: 'class A extends Promise {} globalThis.x = 1;', problemCount: 2 },
  ],
  accepts: [
    { path: 'sim/a.ts', text: 'Math.imul(Math.floor(a), Math.PI) + Math.sqrt(2);' },
    { path: 'sim/a.ts', text: 'const f = (self: Self, x = { Date: 1 }) => self.process(x.Date);' },
    { path: 'sim/a.ts', text: 'interface A { console: string; process(): void; when: Date }' },
    { path: 'sim/a.ts', text: 'const f = (a: Promise<Date>): typeof b => a;' },
  ],
};

// The exception is what a step sets and clears again; its comment says `null between steps`.
const noHiddenState: Rule = {
  claim: 'simulated code keeps no state in a module, where a fork would share it',
  covers: simulated,
  check(source) {
    const problems: string[] = [];
    eachNode(source, (node) => {
      if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return;
      if (node.getFullText().includes('null between steps')) return;
      const isConst = (node.declarationList.flags & ts.NodeFlags.Const) !== 0;
      if (!isConst) problems.push(at(source, node, `module-level ${node.getText().slice(0, 40)}`));
    });
    return problems;
  },
  refuses: [{ path: 'sim/a.ts', text: 'let count = 0;\nexport var other = 1;', problemCount: 2 }],
  accepts: [
    { path: 'sim/a.ts', text: 'const a = 1;\nfunction f() { let b = 2; return b; }' },
    { path: 'sim/a.ts', text: '// Set by a step, null between steps.\nlet a: A | null = null;' },
  ],
};

/** Rules for what must give the same answer everywhere. */
export const determinismRules: readonly Rule[] = [deterministicSource, noHiddenState];
