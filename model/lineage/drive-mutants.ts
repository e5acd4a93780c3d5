// Which mistakes whoever drives a move makes in a known wrong variant.
import type { MutantSet } from '../mutants.ts';
import type { DriveFaults } from './drive.ts';

/** The mistakes of these variants; none in the right system. */
export function driveFaultsOf(mutants: MutantSet): DriveFaults {
  return {
    commitUnsealed: mutants.has('commit-unsealed'),
    unsealUndecided: mutants.has('unseal-undecided'),
    unsealIfUnreachable: mutants.has('unseal-unreachable'),
    activateOnSeal: mutants.has('activate-on-seal'),
    activateIfUnreachable: mutants.has('activate-unreachable'),
    clearUnclosed: mutants.has('clear-unclosed'),
  };
}
