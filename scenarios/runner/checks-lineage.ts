// What snapshots and moves must agree on with the rest of a scenario.
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import type { ScenarioText } from './schema.ts';
import { unknownName } from './suggest.ts';
import { cellsOf } from './topology.ts';
import { quantityText } from './units.ts';

type LineageText = NonNullable<ScenarioText['lineage']>;

/** Snapshots and moves are of volumes that are in one cell, and moves lead to another one. */
export function checkLineage(input: CheckInput): void {
  const { lineage } = input.text;
  if (lineage === undefined) return;
  for (const [index, { zone, volume }] of lineage.snapshots.entries()) {
    const path = ['lineage', 'snapshots', index];
    const { zones } = input.text.topology;
    if (!zones.includes(zone)) input.refuse([...path, 'zone'], unknownName('zone', zone, zones));
    checkVolume(input, volume, [...path, 'volume']);
  }
  for (const [index, { volume }] of lineage.moves.entries()) {
    const path = ['lineage', 'moves', index, 'volume'];
    checkVolume(input, volume, path);
    checkCopies(input, volume, path);
  }
  checkMoves(input, lineage);
  checkSplit(input, lineage);
  checkHolds(input, lineage);
}

function checkVolume({ text, refuse }: CheckInput, id: string, path: ValuePath): void {
  const { volumes } = text.topology;
  const volume = volumes.find((one) => one.id === id);
  if (volume === undefined) {
    const known = volumes.map((one) => one.id);
    refuse(path, unknownName('volume', id, known));
    return;
  }
  const found = volume.cells === undefined ? 'all' : String(volume.cells.length);
  if (volume.cells?.length !== 1) {
    refuse(path, `volume '${id}' needs one cell to begin in, found ${found}; name it in its cells`);
  }
  if (volume.durability === 'on-flush') {
    refuse(
      path,
      `volume '${id}' is durable on flush: a copy whose host was down may lack what was ` +
        'acknowledged, so none can be cut or moved; use on-ack',
    );
  }
  if (volume.replication === 'client-quorum') {
    refuse(
      path,
      `volume '${id}' is replicated by client-quorum: no one copy holds all that was ` +
        'acknowledged, so none can be cut or moved; use chain or primary-backup',
    );
  }
}

function checkCopies({ text, refuse }: CheckInput, id: string, path: ValuePath): void {
  const { volumes, optimizer } = text.topology;
  if (volumes.find((one) => one.id === id)?.replicas === 1) {
    refuse(path, `volume '${id}' has 1 replica: the only copy cannot be moved; keep 2 or more`);
  }
  if (optimizer !== undefined) {
    refuse(
      path,
      `volume '${id}' is moved, and the optimizer knows no cells; leave one of them out`,
    );
  }
}

// Each move leads away from where the one before it led to, as far as that can be told.
function checkMoves(input: CheckInput, { moves, rollBacks = [], movers }: LineageText): void {
  const { text, refuse } = input;
  const cells = cellsOf(text.topology);
  const places = new Map(text.topology.volumes.map(({ id, cells: homes }) => [id, homes?.[0]]));
  let lastNs = 0;
  for (const [index, { at, volume, to }] of moves.entries()) {
    const path = ['lineage', 'moves', index];
    if (at < lastNs) {
      const before = quantityText('duration', lastNs);
      refuse([...path, 'at'], `expected moves in the order of their times, found one at ${before}`);
    }
    lastNs = Math.max(lastNs, at);
    const isFirst = moves.findIndex((one) => one.volume === volume) === index;
    if (to === undefined) {
      if (isFirst)
        refuse(path, `volume '${volume}' is in one cell by then; name one to move it to`);
      places.delete(volume);
      continue;
    }
    if (!cells.includes(to)) refuse([...path, 'to'], unknownName('cell', to, cells));
    const isCertain = !rollBacks.some((one) => one.volume === volume && one.at <= at);
    if (isCertain && places.get(volume) === to) {
      refuse([...path, 'to'], `volume '${volume}' is in cell '${to}' by then; name another cell`);
    }
    places.set(volume, to);
  }
  checkRollBacks(input, rollBacks, moves);
  if (moves.length > 0 && movers === 0) {
    refuse(['lineage', 'movers'], `${moves.length} moves need a mover, found none`);
  }
}

function checkSplit(input: CheckInput, { split, snapshots, movers }: LineageText): void {
  if (split === undefined) return;
  const { text, refuse } = input;
  const cells = cellsOf(text.topology);
  const path = ['lineage', 'split'];
  for (const key of ['cell', 'to'] as const) {
    const cell = split[key];
    if (!cells.includes(cell)) refuse([...path, key], unknownName('cell', cell, cells));
  }
  if (split.to === split.cell) refuse([...path, 'to'], `cell '${split.to}' is the one to split`);
  if (movers === 0) refuse(['lineage', 'movers'], 'a split needs a mover, found none');
  const inside = text.topology.volumes.filter(({ cells: homes }) => homes?.[0] === split.cell);
  if (!snapshots.some(({ volume }) => inside.some(({ id }) => id === volume))) {
    refuse([...path, 'cell'], `no snapshots are asked for of a volume in cell '${split.cell}'`);
  }
  for (const { id } of inside) checkCopies(input, id, [...path, 'cell']);
}

function checkHolds({ refuse }: CheckInput, { operator, snapshots, moves }: LineageText): void {
  const known = [...new Set([...snapshots, ...moves].map(({ volume }) => volume))];
  for (const [index, { volume, from, until }] of (operator?.holds ?? []).entries()) {
    const path = ['lineage', 'operator', 'holds', index];
    if (!known.includes(volume)) refuse([...path, 'volume'], unknownName('volume', volume, known));
    if (until > from) continue;
    const found = quantityText('duration', until);
    refuse(
      [...path, 'until'],
      `expected a time after ${quantityText('duration', from)}, found ${found}`,
    );
  }
}

function checkRollBacks(
  { refuse }: CheckInput,
  rollBacks: NonNullable<LineageText['rollBacks']>,
  moves: LineageText['moves'],
): void {
  for (const [index, { at, volume }] of rollBacks.entries()) {
    if (moves.some((move) => move.volume === volume && move.at < at)) continue;
    const path = ['lineage', 'rollBacks', index];
    refuse(path, `volume '${volume}' has no move before ${quantityText('duration', at)}`);
  }
}
