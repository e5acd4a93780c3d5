// Runs dependency-cruiser and refuses a run that looked at nothing: with a TypeScript it cannot
// load, or a folder that moved, it reports "no violations (0 modules)" and exit 0.
import { readdirSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const folders = ['sim', 'model', 'reports', 'scenarios'];

const options = await extractDepcruiseOptions('./.dependency-cruiser.cjs');
const { output } = await cruise(folders, options, null, {
  tsConfig: extractTSConfig('tsconfig.json'),
});

const problems = output.summary.violations.map(
  ({ rule, from, to, cycle, comment }) =>
    `${rule.name}: ${from} -> ${cycle ? cycle.map((step) => step.name).join(' -> ') : to}` +
    `${comment ? ` (${comment})` : ''}`,
);
for (const folder of folders) {
  const expected = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.ts'));
  const cruised = output.modules.filter(({ source }) => source.startsWith(`${folder}/`));
  if (expected.length === 0 || cruised.length < expected.length) {
    problems.push(`${folder}/: cruised ${cruised.length} modules, expected ${expected.length}`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`architecture: ${output.modules.length} modules, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
