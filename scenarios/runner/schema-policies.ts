// The shape of how copies are restored and moved and how long slots are kept; all of it may be left
// out.
import { flag, id, quantity, quantityRange, strict, wholeNumber } from './schema-parts.ts';

const countMax = 4096;

/** How copies are restored. */
export function reMirror() {
  return strict('re-mirroring', {
    copiesPerHost: wholeNumber({
      summary: 'copies that one host sends, or receives, at once',
      min: 1,
      max: countMax,
    }).default(4),
    copiesPerCell: wholeNumber({
      summary: 'copies that one cell admits at once',
      min: 1,
      max: countMax,
    }).default(32),
    backOff: quantityRange('duration', {
      summary: 'bound of the first wait of an attempt, and of the longest',
      min: 1,
    }).prefault('100ms..5s'),
    reserve: quantity('share', {
      summary: "of a cell's slots, kept for lost copies",
      max: 1,
    }).prefault('5%'),
    merge: flag('a copy that comes back is brought up to date and kept').default(false),
    hostsPerMinute: wholeNumber({
      summary:
        'suspected hosts whose copies one cell makes again in a minute; left out, any number',
      min: 1,
      max: countMax,
    }).optional(),
    probation: quantityRange('duration', {
      summary:
        'without a silence before a host that was silent gets copies again: the first time, and ' +
        'at most, each time twice as long; left out, no time',
      min: 1,
    }).optional(),
  });
}

/** How long slots are kept. */
export function slotLife() {
  return strict('the life of slots', {
    reserve: quantity('duration', {
      summary: 'reserved so long, the authority is asked whether the map names it',
      min: 1,
    }).prefault('60s'),
    grace: quantity('duration', {
      summary: "given up, it is nobody's for so long",
    }).prefault('2s'),
  });
}

/** Who moves copies from full hosts to empty ones. */
export function optimizer() {
  return strict('the optimizer', {
    zone: id('zone'),
    every: quantity('duration', { summary: 'how often it looks for a move', min: 1 }).prefault(
      '2s',
    ),
    movesAtOnce: wholeNumber({ summary: 'moves under way at once', min: 1, max: 64 }).default(1),
  });
}
