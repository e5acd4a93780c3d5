// Builds dist/ from nothing: what was deleted from the sources does not live on in a package.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const commandLine = 'dist/scenarios/runner/cli.js';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

// The compiler copies no assets; code finds them beside itself, in the sources and in dist/.
if (existsSync('reports/fonts')) cpSync('reports/fonts', 'dist/reports/fonts', { recursive: true });
if (existsSync(commandLine)) chmodSync(commandLine, 0o755);
