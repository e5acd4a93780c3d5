// The one way from a file to a scenario. Every step adds problems with positions or a more exact
// value:
//
//   file --text--> YAML --shape, units, names--> typed --traces, devices--> --agree?--> Scenario
import { type BuildInput, buildScenario } from './build.ts';
import { checkScenario } from './checks.ts';
import { loadDevices } from './device/scenario-devices.ts';
import { type Override, type PositionedDocument, readDocument } from './document.ts';
import { diskFiles, type FileReader } from './files.ts';
import { type Problem, type Reading, sortedProblems } from './problems.ts';
import { problemAt, refusals } from './refusals.ts';
import type { Scenario } from './scenario.ts';
import { type ScenarioText, scenarioSchema } from './schema.ts';
import { loadTraces } from './trace-files.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the reader needs besides a path. */
export interface ReadContext {
  readonly names: Vocabulary;
  readonly files?: FileReader;
  /** Values put in before validation: `--set`. */
  readonly overrides?: readonly Override[];
}

/** Reads a scenario file, and the traces and device profiles it names. */
export function readScenario(file: string, context: ReadContext): Reading<Scenario> {
  const found = (context.files ?? diskFiles).readText(file);
  if (found.ok) return readScenarioText(found.text, file, context);
  const message = `cannot read the scenario: ${found.reason}`;
  return { ok: false, problems: [{ file, line: 1, column: 1, message }] };
}

/** Reads a scenario from text; `file` is where traces are looked for and what problems name. */
export function readScenarioText(
  text: string,
  file: string,
  context: ReadContext,
): Reading<Scenario> {
  const document = readDocument(text, file, context.overrides);
  if (!document.ok) return { ok: false, problems: sortedProblems(document.problems) };
  const shaped = readShape(document.value, context.names);
  if (!shaped.ok) return shaped;
  const loaded = loadTraces(shaped.value, document.value, context.files ?? diskFiles);
  const devices = loadDevices(shaped.value, document.value, context);
  const problems: Problem[] = [...loaded.problems, ...devices.problems];
  checkScenario({
    text: shaped.value,
    names: context.names,
    refuse: (path, message) => problems.push(problemAt(document.value.valueAt(path), message)),
  });
  if (problems.length > 0) return { ok: false, problems: sortedProblems(problems) };
  const parts = { names: context.names, traces: loaded.traces, devices };
  return { ok: true, value: build(shaped.value, document.value, parts) };
}

function readShape(document: PositionedDocument, names: Vocabulary): Reading<ScenarioText> {
  const parsed = schemaOf(names).safeParse(document.value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problems: sortedProblems(refusals(parsed.error.issues, document)) };
}

const schemas = new WeakMap<Vocabulary, ReturnType<typeof scenarioSchema>>();

/** The schema of a vocabulary costs milliseconds to make: one is kept for each. */
function schemaOf(names: Vocabulary): ReturnType<typeof scenarioSchema> {
  const known = schemas.get(names);
  if (known !== undefined) return known;
  const schema = scenarioSchema(names);
  schemas.set(names, schema);
  return schema;
}

function build(
  text: ScenarioText,
  document: PositionedDocument,
  parts: Omit<BuildInput, 'text' | 'placeOf'>,
): Scenario {
  return buildScenario({ text, ...parts, placeOf: (path) => document.valueAt(path) });
}
