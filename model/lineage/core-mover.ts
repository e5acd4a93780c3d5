// What the mover, the operator and time may do in the protocol core next. Pure.
//
// The mover does at any time whatever the record allows, or nothing any more. It sends all that the
// record asks for as soon as it does: what is under way may be as late as one likes. Data is not in
// the core: what a move opens is imported at once.
import { type CellName, isAuthoritative } from './cell-record.ts';
import {
  type CoreEffect,
  type CoreParts,
  type CorePlace,
  type CoreRules,
  cellsOfMove,
  changed,
  type PartName,
  recordOf,
  type Sent,
} from './core-parts.ts';
import { certificates, preparations } from './drive.ts';
import { preferred, type Routing } from './routing.ts';
import type { VolumeChange } from './volume-change.ts';

/** What the mover may do. */
export function moverEffects(parts: CoreParts, rules: CoreRules): readonly CoreEffect[] {
  const { place } = parts;
  const { move } = place.record;
  const step = (label: string, change: VolumeChange, reads: readonly PartName[] = []) =>
    recorded(`mover ${label}`, changed(place, change, rules), reads);
  if (move === null) return openings(place, rules);
  const { id, source: name, target: other } = move;
  const { source, target } = cellsOfMove(parts, move);
  const which = `move ${id} from ${name} to ${other}`;
  if (move.decision !== 'open') {
    const isClosed = source.closedMove >= id && target.closedMove >= id;
    return isClosed ? [step(`clears ${which}`, { kind: 'clear', move: id }, [name, other])] : [];
  }
  const abort = step(`aborts move ${id}`, { kind: 'abort', move: id });
  const isSealed = source.state === 'sealed' && source.moveId === id;
  if (!isSealed) return [abort];
  return [step(`commits ${which}`, { kind: 'commit', move: id, isForced: false }, [name]), abort];
}

function openings(place: CorePlace, rules: CoreRules): readonly CoreEffect[] {
  const { owner, lastMove } = place.record;
  if (lastMove >= rules.moveMax) return [];
  const targets = rules.cells.filter((cell) => cell !== owner);
  return targets.map((target) => {
    const opened = changed(place, { kind: 'open', target, lastMove }, rules);
    const id = opened.record.lastMove;
    const after = changed(opened, { kind: 'imported', move: id }, rules);
    return recorded(`mover opens move ${id} from ${owner} to ${target}`, after, []);
  });
}

/** Somebody rolls the preference back to the other cell of the routing metadata, at any time. */
export function rollBackEffects({ place }: CoreParts, rules: CoreRules): readonly CoreEffect[] {
  const { record, routing } = place;
  const { lastMove } = record;
  return namedCells(routing).flatMap((cell) => {
    if (cell === preferred(routing)) return [];
    const change: VolumeChange = { kind: 'swap-merits', lastMove, preferred: cell };
    const after = changed(place, change, rules);
    return [recorded(`operator swaps the merits: ${cell} is preferred`, after, [])];
  });
}

/** Leases run out, the owner's is renewed, and an expired source may be overruled. */
export function leaseEffects(parts: CoreParts, rules: CoreRules): readonly CoreEffect[] {
  const { cells, place } = parts;
  const effects: CoreEffect[] = [];
  for (const [name, record] of cells) {
    if (!record.leased || !isAuthoritative(record.state)) continue;
    const cell = { name, record: { ...record, leased: false } };
    effects.push({ label: `${name} loses its lease`, reads: [name], cell, sent: [] });
  }
  effects.push(...renewal(parts));
  const { move } = place.record;
  if (move === null || move.decision !== 'open') return effects;
  const { source, target } = cellsOfMove(parts, move);
  const isExpired = !source.leased || rules.forceWithoutLease;
  if (isExpired && target.state === 'creating' && target.moveId === move.id) {
    const after = changed(place, { kind: 'commit', move: move.id, isForced: true }, rules);
    const label = `mover takes over by move ${move.id} from ${move.source} to ${move.target}`;
    const reads = rules.forceWithoutLease ? [move.target] : [move.source, move.target];
    effects.push(recorded(label, after, reads));
  }
  return effects;
}

/** The authority renews the lease of the owner only, by the same record that it decides by. */
export function renewal({ cells, place }: CoreParts): readonly CoreEffect[] {
  const { owner } = place.record;
  const record = recordOf(cells, owner);
  if (record.leased || !isAuthoritative(record.state)) return [];
  const cell = { name: owner, record: { ...record, leased: true } };
  const label = `${owner} renews its lease`;
  return [{ label, reads: [owner, 'authority'], cell, sent: [] }];
}

/** The cells that routing metadata names, the active one first. */
export function namedCells({ active, alternate }: Routing): readonly CellName[] {
  return alternate === null ? [active.cell] : [active.cell, alternate.cell];
}

function recorded(label: string, place: CorePlace, seen: readonly PartName[]): CoreEffect {
  return { label, reads: ['authority', ...seen], place, sent: sentBy(place) };
}

/** What is sent once a record says so: preparations of an open move, certificates of a decision. */
export function sentBy({ record: { move } }: CorePlace): readonly Sent[] {
  if (move === null) return [];
  const actions = move.decision === 'open' ? preparations(move) : certificates(move);
  return actions.flatMap((one) =>
    one.kind === 'send' ? [{ cell: one.cell, command: one.command }] : [],
  );
}
