// The shape of snapshots and of moves between cells; all of it may be left out.
import { id, list, quantity, strict, wholeNumber } from './schema-parts.ts';

// Limits of one scenario: generous for a simulation, small enough to refuse a slip of the keyboard.
const routerCountMax = 16;
const snapshotCountMax = 100_000;
const planCountMax = 256;

/** Snapshots, moves, and who carries them out. */
export function lineage() {
  return strict('the lineage', {
    routers: wholeNumber({
      summary: 'routers, router-1 and on, in the zones in turn',
      min: 1,
      max: routerCountMax,
    }).default(1),
    movers: wholeNumber({
      summary: 'movers, mover-1 and on, in the zones in turn',
      min: 0,
      max: routerCountMax,
    }).default(1),
    lease: quantity('duration', {
      summary: 'how long a cell takes snapshots without asking the authority again',
      min: 1,
    }).prefault('10s'),
    snapshots: list('requesters of snapshots', snapshots(), { min: 0, max: planCountMax }).default(
      [],
    ),
    moves: list('moves', move(), { min: 0, max: planCountMax }).default([]),
    split: split().optional(),
    operator: operator().optional(),
    rollBacks: list('roll-backs', rollBack(), { min: 1, max: planCountMax }).optional(),
  });
}

function snapshots() {
  return strict('a requester', {
    id: id('id of the requester'),
    zone: id('zone'),
    volume: id('volume'),
    from: quantity('duration', { summary: 'when it asks for the first snapshot' }).prefault('1s'),
    every: quantity('duration', { summary: 'how often it asks for one', min: 1 }),
    count: wholeNumber({
      summary: 'how many; left out, as many as there is time for',
      min: 1,
      max: snapshotCountMax,
    }).optional(),
    retry: quantity('duration', {
      summary: 'without an answer for so long, it asks another router for the same',
      min: 1,
    }).prefault('1s'),
    askedAtOnce: wholeNumber({
      summary: 'routers that it asks for the same at once',
      min: 1,
      max: routerCountMax,
    }).default(1),
    giveUp: quantity('duration', {
      summary: 'after so long it gives a request up; left out, never',
      min: 1,
    }).optional(),
  });
}

function move() {
  return strict('a move', {
    at: quantity('duration', { summary: 'when it is wanted' }),
    volume: id('volume'),
    to: id('cell')
      .optional()
      .meta({ description: 'the cell; left out, the one that the merits prefer by then' }),
  });
}

function split() {
  return strict('a split', {
    cell: id('cell that may be split'),
    to: id('new cell'),
    above: quantity('rate', {
      summary: 'changes of the records of its volumes, snapshots above all, that it may have',
    }),
    window: quantity('duration', { summary: 'over how long they are counted', min: 1 }).prefault(
      '5s',
    ),
  });
}

function operator() {
  return strict('an operator, at the console of router-1: it lifts what is in quarantine', {
    every: quantity('duration', { summary: 'how often it looks', min: 1 }).prefault('5s'),
    holds: list('volumes in quarantine by hand', hold(), { min: 0, max: planCountMax }).default([]),
  });
}

function hold() {
  return strict('a volume that is put in quarantine by hand', {
    volume: id('volume'),
    from: quantity('duration', { summary: 'when the operator wants it so' }),
    until: quantity('duration', { summary: 'when not any more', min: 1 }),
  });
}

function rollBack() {
  return strict('a roll-back of merits', {
    at: quantity('duration', {
      summary: 'when the cell before is preferred again: what is not decided is given up',
    }),
    volume: id('volume'),
  });
}
