import { type MutantId, mutants } from '../../model/index.ts';
import { snapshotMutants } from '../../model/snapshot-mutants.ts';
import { huntDown } from '../support/hunting.ts';

// Those of snapshots have a suite of their own, beside this one: each takes minutes.
const ids = Object.keys(mutants) as MutantId[];
huntDown(ids.filter((id) => !Object.hasOwn(snapshotMutants, id)));
