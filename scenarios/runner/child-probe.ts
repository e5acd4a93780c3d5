// A run in a process of its own: started with an order as its one argument, it leaves its answer in
// a file, for what actors print goes to its output.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Probe, ProbeAnswer, ProbeRequest } from './probe.ts';
import type { Variant } from './torture.ts';

/** What a child is told. */
export interface ChildOrder {
  readonly file: string;
  readonly seed: string;
  /** The values of `--set`. */
  readonly set: readonly string[];
  readonly before: Variant['before'] | null;
  readonly request: ProbeRequest;
  /** Where the answer goes. */
  readonly answerFile: string;
}

/** Where and how children run. */
export interface ChildOptions {
  readonly variant: Variant;
  /** The program: a Node. */
  readonly node: string;
  readonly order: Pick<ChildOrder, 'file' | 'seed' | 'set'>;
  /** What it runs; by default the script beside this file. */
  readonly script?: string | undefined;
}

/** So much of what a failed child printed is told. */
const reasonLengthMax = 2000;

/** Runs in a fresh process at each call. */
export function childProbe(options: ChildOptions): Probe {
  const script = options.script ?? fileURLToPath(new URL('./probe-child.js', import.meta.url));
  return async (request) => {
    const scratch = mkdtempSync(path.join(os.tmpdir(), 'stormcell-'));
    const { before = null } = options.variant;
    const answerFile = path.join(scratch, 'answer.json');
    const file = path.resolve(options.order.file);
    const order: ChildOrder = { ...options.order, file, before, request, answerFile };
    try {
      const failure = await run(options, [path.resolve(script), JSON.stringify(order)]);
      if (failure !== null) return { failure };
      return JSON.parse(readFileSync(answerFile, 'utf8')) as ProbeAnswer;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  };
}

/** Runs a child to its end; answers why it failed, or null. */
function run({ variant, node }: ChildOptions, words: readonly string[]): Promise<string | null> {
  const { flags = [], isElsewhere } = variant;
  return new Promise((resolve) => {
    const child = spawn(node, [...flags, ...words], {
      env: environmentOf(variant),
      cwd: isElsewhere === true ? os.tmpdir() : process.cwd(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-reasonLengthMax);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
      resolve(code === 0 ? null : `${end}\n${printed.trim()}`);
    });
  });
}

function environmentOf({ environment, isBare }: Variant): NodeJS.ProcessEnv {
  const handedOn = isBare === true ? { PATH: process.env.PATH } : process.env;
  return { ...handedOn, ...environment };
}
