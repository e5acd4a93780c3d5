import type { MutantId } from '../../model/index.ts';
import { snapshotMutants } from '../../model/snapshot-mutants.ts';
import { huntDown } from '../support/hunting.ts';

huntDown(Object.keys(snapshotMutants) as MutantId[]);
