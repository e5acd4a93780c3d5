// Rules over the syntax tree: what is exported, what is documented, how tests are named.
import ts from 'typescript';
import { deterministic, type Rule, tests, typescript } from './rule.ts';
import { at, eachNode, type Source, treeOf } from './source.ts';

const namedExports: Rule = {
  claim: 'exports have names: no default, no star',
  covers: /^(?![^/]*\.config\.ts$).*\.ts$/,
  check(source) {
    const problems: string[] = [];
    eachNode(source, (node) => {
      if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)) {
        problems.push(at(source, node, 'default export'));
      }
      if (ts.isExportAssignment(node)) problems.push(at(source, node, 'default export'));
      if (!ts.isExportDeclaration(node)) return;
      if (!node.exportClause || ts.isNamespaceExport(node.exportClause)) {
        problems.push(at(source, node, 'export *'));
      }
      const asDefault = node.exportClause?.getText().includes(' as default') ?? false;
      if (asDefault) problems.push(at(source, node, 'default export'));
    });
    return problems;
  },
  refuses: [
    { path: 'sim/a.ts', text: 'export default 1;', problemCount: 1 },
    { path: 'sim/a.ts', text: 'export default function f() {}', problemCount: 1 },
    { path: 'sim/a.ts', text: 'const a = 1;\nexport { a as default };', problemCount: 1 },
    { path: 'sim/index.ts', text: "export * from './a.ts';", problemCount: 1 },
    { path: 'sim/index.ts', text: "export * as units from './units.ts';", problemCount: 1 },
  ],
  accepts: [
    { path: 'sim/a.ts', text: 'export const a = 1;\nswitch (a) { default: break; }' },
    { path: 'sim/a.ts', text: "// export default is not used\nexport { b } from './b.ts';" },
  ],
};

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as { name?: ts.Node };
  return name ? [name.getText()] : [];
}

/** Names that leave a file by `export { a, b }` after their declaration. */
function listedNames(source: Source): Set<string> {
  const names = new Set<string>();
  for (const statement of treeOf(source).statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) continue;
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
    for (const element of statement.exportClause.elements) {
      names.add((element.propertyName ?? element.name).text);
    }
  }
  return names;
}

const documented: Rule = {
  claim: 'every name that sim and model export has a doc comment',
  covers: deterministic,
  check(source) {
    const listed = listedNames(source);
    const documentedNames = new Set<string>();
    const problems: string[] = [];
    for (const statement of treeOf(source).statements) {
      const names = namesOf(statement);
      const isDocumented = ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc);
      for (const name of names) {
        if (isDocumented) documentedNames.add(name);
        const leaves = isExported(statement) || listed.has(name);
        // The doc comment of a function's first overload serves them all.
        if (!leaves || documentedNames.has(name)) continue;
        problems.push(at(source, statement, `"${name}" has no doc comment`));
      }
    }
    return problems;
  },
  refuses: [
    { path: 'sim/a.ts', text: 'export const a = 1;\nexport type B = 1;', problemCount: 2 },
    { path: 'sim/a.ts', text: '// Not a doc comment.\nexport function f() {}', problemCount: 1 },
    { path: 'model/a.ts', text: 'interface A {}\nexport { type A };', problemCount: 1 },
  ],
  accepts: [
    { path: 'sim/a.ts', text: '/** One. */\nexport const a = 1;\nconst b = 2;' },
    { path: 'sim/a.ts', text: '/** A. */\nexport function f(a: 1): 1;\nexport function f() {}' },
    { path: 'sim/index.ts', text: "export { a } from './a.ts';" },
    { path: 'scenarios/runner/a.ts', text: '/** A. */\nexport class A {}' },
  ],
};

const testFunctions = new Set(['it', 'test', 'describe', 'bench', 'suite']);

/** `it`, `it.each(...)`, `test.prop([...])`: the words of the call, `it each`; else nothing. */
function testWords(callee: ts.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) {
    return [...testWords(callee.expression), callee.name.text];
  }
  if (ts.isCallExpression(callee)) return testWords(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? testWords(callee.tag) : [];
}

function eachTest(
  source: Source,
  visit: (call: ts.CallExpression, words: readonly string[]) => void,
): void {
  eachNode(source, (node) => {
    if (!ts.isCallExpression(node)) return;
    const words = testWords(node.expression);
    if (testFunctions.has(words[0] ?? '')) visit(node, words);
  });
}

const claims: Rule = {
  claim: 'a test is named by a claim',
  covers: tests,
  check(source) {
    const problems: string[] = [];
    eachTest(source, (call) => {
      const name = call.arguments[0];
      if (!name || !(ts.isStringLiteralLike(name) || ts.isTemplateExpression(name))) return;
      const text = name.getText().slice(1, -1).trim();
      if (/\bshould\b/i.test(text)) problems.push(at(source, name, `"${text}": state it`));
      if (/\bworks?( correctly| as expected)?$/i.test(text) || text === '') {
        problems.push(at(source, name, `"${text}" claims nothing`));
      }
    });
    return problems;
  },
  refuses: [
    { path: 'test/a.test.ts', text: "it('should fence', () => {});", problemCount: 1 },
    { path: 'test/a.test.ts', text: "it.each([1])('Should %s', f);", problemCount: 1 },
    { path: 'test/a.test.ts', text: 'test.prop([a])(`should fence`, f);', problemCount: 1 },
    { path: 'test/a.test.ts', text: "describe('', () => { it('works', f); });", problemCount: 2 },
  ],
  accepts: [
    { path: 'test/a.test.ts', text: "it('fences the old primary (zones=3)', () => {});" },
    { path: 'test/a.test.ts', text: "it('keeps one (or n workers)', f); const should = 1;" },
  ],
};

const leftOut = new Set(['only', 'skip', 'todo', 'fails']);
const leftOutFunctions = new Set(['fit', 'fdescribe', 'xit', 'xtest', 'xdescribe']);

const nothingLeftOut: Rule = {
  claim: 'no test is focused or skipped',
  covers: tests,
  check(source) {
    const problems: string[] = [];
    eachTest(source, (call, words) => {
      const word = words.find((each) => leftOut.has(each));
      const inner = ts.isCallExpression(call.expression);
      if (word !== undefined && !inner) problems.push(at(source, call, words.join('.')));
    });
    eachNode(source, (node) => {
      if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
      const { text } = node.expression;
      if (leftOutFunctions.has(text)) problems.push(at(source, node, text));
    });
    return problems;
  },
  refuses: [
    { path: 'test/a.test.ts', text: "it.only('a', f);\ndescribe.skip('b', f);", problemCount: 2 },
    { path: 'test/a.test.ts', text: "it.skip.each([1])('a', f);", problemCount: 1 },
    { path: 'test/a.test.ts', text: "it.todo('a');\nxit('b', f);", problemCount: 2 },
  ],
  accepts: [
    { path: 'test/a.test.ts', text: "it('skips only what it must', f);" },
    { path: 'test/a.test.ts', text: "it.skipIf(noBrowser)('a', f); queue.skip('b');" },
  ],
};

/** No `as any`: what the type checker cannot see, nobody checks. */
const typed: Rule = {
  claim: 'no cast hides a type',
  covers: typescript,
  check(source) {
    const problems: string[] = [];
    eachNode(source, (node) => {
      if (!ts.isAsExpression(node)) return;
      if (node.type.kind === ts.SyntaxKind.AnyKeyword) problems.push(at(source, node, 'as any'));
    });
    return problems;
  },
  refuses: [{ path: 'sim/a.ts', text: 'const a = b as any;', problemCount: 1 }],
  accepts: [{ path: 'sim/a.ts', text: "const a = ['as any'] as const;" }],
};

/** Rules that read the syntax tree. */
export const syntaxRules: readonly Rule[] = [
  namedExports,
  documented,
  claims,
  nothingLeftOut,
  typed,
];
