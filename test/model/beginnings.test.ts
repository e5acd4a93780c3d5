import { expect, it } from 'vitest';
import { nothingRecovered } from '../../model/authority/consensus/state.ts';
import { blankSuperblock } from '../../model/authority/superblock.ts';
import { noConfig } from '../../model/host/extent-store.ts';
import { noRecord } from '../../model/lineage/cell-record.ts';

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

// Whoever is first in a process holds them before a message has frozen them.
it('what many actors begin with is frozen through and through', () => {
  const beginnings = { noRecord, noConfig, blankSuperblock, nothingRecovered };
  const open = Object.entries(beginnings).filter(([, value]) => !isFrozen(value));
  expect(open.map(([name]) => name)).toEqual([]);
});
