// A file that has a protocol searched instead of a cluster run: `explore:` in place of a topology.
//
//   text --YAML--> is it one? --shape, names--> Exploration
import * as z from 'zod';
import { protocols } from '../../../model/index.ts';
import { type Override, type PositionedDocument, readDocument } from '../document.ts';
import { diskFiles, type FileReader } from '../files.ts';
import { type Reading, sortedProblems } from '../problems.ts';
import { refusals } from '../refusals.ts';
import { flag, id, list, name, prose, strict, wholeNumber } from '../schema-parts.ts';
import { namesOf } from '../vocabulary.ts';

/** What is searched, and under which name. */
export interface Exploration {
  readonly name: string;
  readonly summary: string;
  readonly protocol: keyof typeof protocols;
  /** The request of each router. */
  readonly requests: readonly string[];
  readonly moves: number;
  readonly cells: number;
  readonly takeover: boolean;
  readonly rollBacks: boolean;
  readonly mutants: readonly string[];
  readonly without: readonly string[];
  readonly stateMax: number;
  /** Steps of one way to replay, in words; null to search. */
  readonly steps: readonly string[] | null;
}

const routerCountMax = 4;
const moveCountMax = 4;
const cellCountMin = 2;
const cellCountMax = 3;
const stateCountMax = 200_000_000;
const defaultStateMax = 20_000_000;

type ProtocolName = keyof typeof protocols;

function schemaOf(protocol: ProtocolName) {
  const { mutants, rules } = protocols[protocol];
  return strict('an exploration', {
    version: z.literal(1, { error: 'expected version 1 of the scenario format' }),
    scenario: id('name of the exploration'),
    summary: prose('what is searched, in a sentence', 300),
    why: prose('what it is about, and where it comes from', 4000).optional(),
    explore: strict('explore', {
      protocol: name('protocol', namesOf(protocols)),
      requests: list('requests', id('request of a router'), { min: 1, max: routerCountMax }),
      moves: wholeNumber({ summary: 'the most moves', min: 0, max: moveCountMax }),
      cells: wholeNumber({ summary: 'the cells', min: cellCountMin, max: cellCountMax }).default(
        cellCountMin,
      ),
      rollBacks: flag('the merits of both cells may be swapped at any time').default(false),
      takeover: flag('an unreachable source may be overruled').default(false),
      mutants: list('mutants', name('mutant', namesOf(mutants)), { min: 1, max: 16 }).optional(),
      without: list('rules', name('rule', rules), { min: 1, max: 49 }).optional(),
      states: wholeNumber({
        summary: 'the most states; a search that meets it is inconclusive',
        min: 1,
        max: stateCountMax,
      }).default(defaultStateMax),
      steps: list('steps', prose('a step in words', 400), { min: 0, max: 10_000 }).optional(),
    }),
  });
}

function isExploration(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'explore');
}

/** Reads a file as an exploration; null when it is none, whatever else it may be. */
export function readExploration(
  file: string,
  given: { readonly files?: FileReader; readonly overrides?: readonly Override[] } = {},
): Reading<Exploration> | null {
  const { files = diskFiles, overrides = [] } = given;
  const found = files.readText(file);
  return found.ok ? readExplorationText(found.text, file, overrides) : null;
}

/** Reads an exploration from text; null when it is none. */
export function readExplorationText(
  text: string,
  file: string,
  overrides: readonly Override[] = [],
): Reading<Exploration> | null {
  const document = readDocument(text, file);
  if (!document.ok || !isExploration(document.value.value)) return null;
  const changed = readDocument(text, file, overrides);
  return changed.ok ? readShape(changed.value) : changed;
}

function readShape(document: PositionedDocument): Reading<Exploration> {
  const protocol: ProtocolName = 'snapshot-lineage';
  const parsed = schemaOf(protocol).safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    return { ok: false, problems: sortedProblems(refusals(parsed.error.issues, document)) };
  }
  const { scenario, summary, explore } = parsed.data;
  const { mutants = [], without = [], states: stateMax, steps = null, ...spec } = explore;
  const searched = { ...spec, protocol, mutants, without, stateMax, steps };
  return { ok: true, value: { name: scenario, summary, ...searched } };
}
