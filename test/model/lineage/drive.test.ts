import { describe, expect, it } from 'vitest';
import { driveActions, noDriveFaults, type Seen } from '../../../model/lineage/drive.ts';
import {
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';

const open = openMove(newVolume('x'), 'y');
const seen = (source: Seen['state'], target: Seen['state']) =>
  new Map<string, Seen>([
    ['x', { state: source, epoch: 1, moveId: 1, closedMove: 0 }],
    ['y', { state: target, epoch: 0, moveId: 1, closedMove: 0 }],
  ]);

function told(volume: VolumeRecord, pair: ReadonlyMap<string, Seen>): readonly string[] {
  return driveActions(volume, pair, noDriveFaults).map((action) =>
    action.kind === 'send' ? `${action.cell} ${action.command.kind}` : action.kind,
  );
}

describe('a recorded move', () => {
  it('seals its source only once the data is in the target', () => {
    const pair = seen('migrating', 'creating');
    expect(told(open, pair)).toEqual(['y prepare', 'x migrate']);
    expect(told(importedMove(open, 1), pair)).toEqual(['y prepare', 'x migrate', 'x seal']);
  });

  it('is committed once the source is sealed, where the target imports', () => {
    const imported = importedMove(open, 1);
    expect(told(imported, seen('sealed', 'creating'))).toEqual(['commit']);
    expect(told(imported, seen('sealed', 'not-found'))).toEqual(['abort']);
  });
});
