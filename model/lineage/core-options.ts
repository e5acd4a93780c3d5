// What of the protocol core is searched, and what of the right system is switched off.
import { assert } from '../../sim/index.ts';
import { allCellGuards, type CellGuards } from './cell-record.ts';
import { type CoreRules, coreCells } from './core-parts.ts';
import { type DriveFaults, noDriveFaults } from './drive.ts';
import type { ruleFor } from './rules.ts';
import { allVolumeChecks, type VolumeChecks } from './volume-record.ts';

/** What is searched, and what of the right system is switched off. */
export interface CoreOptions {
  /** The request of each router; the same one twice is a retry. */
  readonly requests: readonly string[];
  /** How many moves the mover may begin. */
  readonly moveMax: number;
  /** How many cells there are, 2 or 3; 2 by default. */
  readonly cellCount?: number;
  /** Whether a source that does not answer may be overruled once its lease has run out. */
  readonly forcedTakeover?: boolean;
  /** Whether the merits of both cells may be swapped, at any time and again and again. */
  readonly rollBacks?: boolean;
  readonly guards?: Partial<CellGuards>;
  readonly checks?: Partial<VolumeChecks>;
  readonly faults?: Partial<DriveFaults>;
  /** Wrong where true: see `CoreRules`. */
  readonly ackBeforePublish?: boolean;
  readonly forceWithoutLease?: boolean;
  readonly ruleOf?: typeof ruleFor;
}

/** The rules of a core: the right ones, but for what is switched off. */
export function rulesOf(options: CoreOptions, ruleOf: typeof ruleFor): CoreRules {
  const { moveMax, cellCount = 2 } = options;
  assert(
    cellCount >= 2 && cellCount <= coreCells.length,
    `${cellCount} cells, expected from 2 to ${coreCells.length}`,
  );
  return {
    cells: coreCells.slice(0, cellCount),
    guards: { ...allCellGuards, ...options.guards },
    checks: { ...allVolumeChecks, ...options.checks },
    faults: { ...noDriveFaults, ...options.faults },
    ruleOf,
    moveMax,
    forcedTakeover: options.forcedTakeover === true,
    rollBacks: options.rollBacks === true,
    forceWithoutLease: options.forceWithoutLease === true,
    ackBeforePublish: options.ackBeforePublish === true,
  };
}
