// Rules over a file's name and its lines.
import { type Rule, typescript } from './rule.ts';
import type { Source } from './source.ts';

const lineCountMax = 400;
const columnCountMax = 100;

/** Problems of the lines that `wrong` names, one a line. */
function eachLine(source: Source, wrong: (line: string) => string | null): string[] {
  return source.text.split('\n').flatMap((line, index) => {
    const what = wrong(line);
    return what === null ? [] : [`${index + 1}: ${what}`];
  });
}

const size: Rule = {
  claim: `files have at most ${lineCountMax} lines`,
  covers: /\.(ts|mjs|cjs)$/,
  check({ text }) {
    const lineCount = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    return lineCount > lineCountMax ? [`${lineCount} lines, at most ${lineCountMax}`] : [];
  },
  refuses: [{ path: 'sim/long.ts', text: '\n'.repeat(401), problemCount: 1 }],
  accepts: [{ path: 'sim/wall.ts', text: '\n'.repeat(400) }],
};

const width: Rule = {
  claim: `lines have at most ${columnCountMax} columns`,
  covers: typescript,
  check: (source) =>
    eachLine(source, (line) => {
      const columnCount = [...line].length;
      return columnCount > columnCountMax ? `${columnCount} columns` : null;
    }),
  refuses: [{ path: 'sim/wide.ts', text: `ok\n${'x'.repeat(101)}\n`, problemCount: 1 }],
  accepts: [{ path: 'sim/full.ts', text: 'é'.repeat(100) }],
};

// Conventional names that tools look for as they are.
const fixedNames = /^((README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|LICENSE|OFL\.txt)$/;
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const emptyWords = /(^|[-.])(utils?|helpers?|managers?|commons?|misc)([-.]|$)/;

const naming: Rule = {
  claim: 'files and folders have kebab-case names that say what is inside',
  covers: /./,
  check({ path }) {
    return path.split('/').flatMap((part) => {
      if (fixedNames.test(part) || part === '__snapshots__') return [];
      if (!kebabCase.test(part)) return [`"${part}" is not kebab-case`];
      return emptyWords.test(part) ? [`"${part}" says nothing: name what it holds`] : [];
    });
  },
  refuses: [
    { path: 'sim/EventQueue.ts', text: '', problemCount: 1 },
    { path: 'sim/event_queue.ts', text: '', problemCount: 1 },
    { path: 'sim/disk-util.ts', text: '', problemCount: 1 },
    { path: 'test/helpers/manager.test.ts', text: '', problemCount: 2 },
  ],
  accepts: [
    { path: 'sim/event-queue.ts', text: '' },
    { path: 'test/sim/event-queue.test.ts', text: '' },
    { path: 'scenarios/README.md', text: '' },
    { path: 'model/commonality.ts', text: '' },
  ],
};

const unfinished = /\b(TODO|FIXME)\b/;

const finished: Rule = {
  claim: 'nothing is left for later in a comment',
  covers: /^(?!test\/tidy\/text-rules\.ts$)/,
  check: (source) =>
    eachLine(source, (line) => (unfinished.test(line) ? `unfinished: ${line.trim()}` : null)),
  refuses: [
    { path: 'sim/a.ts', text: '// TODO later\n// FIXME\n', problemCount: 2 },
    { path: 'scenarios/a.yaml', text: '# TODO: more faults\n', problemCount: 1 },
  ],
  accepts: [{ path: 'sim/a.ts', text: 'const method = "todos";\n' }],
};

// A path that begins at some machine's root, quoted or after a space.
const absolutePath =
  /(^|[\s'"`(=])\/(home|root|work|Users|tmp|usr|var|opt|mnt|etc)\/\w|\b[A-Z]:\\\w/;

const portable: Rule = {
  claim: 'no path belongs to one machine',
  covers: /^(?!test\/tidy\/text-rules\.ts$)/,
  check: (source) =>
    eachLine(source, (line) =>
      absolutePath.test(line) ? `absolute path: ${line.trim().slice(0, 80)}` : null,
    ),
  refuses: [
    { path: 'sim/a.ts', text: "const path = '/home/someone/trace.json';\n", problemCount: 1 },
    { path: 'test/a.ts', text: '// See /tmp/run and\n// C:\\runs\n', problemCount: 2 },
  ],
  accepts: [{ path: 'sim/a.ts', text: "import '../model/home/x.ts'; // and/or /data/\n" }],
};

const lineEnds: Rule = {
  claim: 'files end in a newline and have no carriage returns',
  covers: /\.(ts|mjs|cjs|yaml|json|md)$/,
  check({ text }) {
    const problems: string[] = [];
    if (text.includes('\r')) problems.push('carriage return');
    if (!text.endsWith('\n')) problems.push('no newline at the end');
    return problems;
  },
  refuses: [{ path: 'scenarios/a.yaml', text: 'a: 1\r\nb: 2', problemCount: 2 }],
  accepts: [{ path: 'scenarios/a.yaml', text: 'a: 1\n' }],
};

/** Rules that need no syntax tree. */
export const textRules: readonly Rule[] = [size, width, naming, finished, portable, lineEnds];
