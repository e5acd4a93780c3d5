import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

it('shows an example that runs as it stands, and the same each time', () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(code).toContain("from 'stormcell'");
  // Inside the package its own name resolves to what was built.
  const file = path.resolve('dist', 'readme-example.mjs');
  writeFileSync(file, code);
  try {
    const run = () => execFileSync(process.execPath, [file], { encoding: 'utf8' });
    const output = run();
    expect(output).toMatch(/^[0-9a-f]{16} \d+\n$/);
    expect(run()).toBe(output);
  } finally {
    rmSync(file);
  }
});

it('names only files and folders that exist', () => {
  const named = [...readme.matchAll(/`((?:sim|model|scenarios|reports|bench)\/[\w./-]*)`/g)];
  expect(named.length).toBeGreaterThan(5);
  for (const [, file] of named) expect(existsSync(file ?? ''), file).toBe(true);
});
