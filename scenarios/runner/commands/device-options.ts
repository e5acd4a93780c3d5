import { writeFileSync } from 'node:fs';
import { reasonOf } from '../files.ts';
import { UsageError } from '../shell.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { textOption } from './reading.ts';

const seedMax = 4_294_967_295;

/** The seed of a device's chance and of a load's. */
export const seedOption = {
  flags: '--seed <number>',
  summary: `whole number from 0 to ${seedMax}; the same seed gives the same bytes`,
  default: '1',
} as const satisfies CommandOption;

/** The number that `--seed` gives. */
export function seedOf(values: OptionValues): number {
  const text = textOption(values, 'seed') ?? '1';
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= seedMax) return seed;
  throw new UsageError(`--seed: expected a whole number from 0 to ${seedMax}, found '${text}'`);
}

/** Writes what a command was asked to write there. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`cannot write '${file}': ${reasonOf(error)}`);
  }
}
