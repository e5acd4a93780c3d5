// The traces that a scenario names: looked for beside the scenario, then from the working
// directory, so that a resolved file finds them from wherever it was written to.
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { PositionedDocument, ValuePath } from './document.ts';
import { type FileReader, type FileText, portablePath } from './files.ts';
import type { Problem } from './problems.ts';
import { problemAt } from './refusals.ts';
import type { TraceReference } from './scenario.ts';
import type { ScenarioText } from './schema.ts';
import { volumesOf } from './schema-clients.ts';
import type { TraceOp } from './trace-op.ts';
import { type TraceFormatName, traceFormats } from './traces.ts';
import { quantityText } from './units.ts';

/** A trace that was found and read. */
export interface LoadedTrace {
  readonly reference: TraceReference;
  readonly requests: readonly TraceOp[];
}

interface LoadedTraces {
  /** By client id. */
  readonly traces: ReadonlyMap<string, LoadedTrace>;
  readonly problems: readonly Problem[];
}

/** Reads the trace of every client that plays one. */
export function loadTraces(
  text: ScenarioText,
  document: PositionedDocument,
  files: FileReader,
): LoadedTraces {
  const traces = new Map<string, LoadedTrace>();
  const problems: Problem[] = [];
  for (const [index, client] of text.clients.entries()) {
    const { workload } = client;
    if (!('trace' in workload)) continue;
    const here: ValuePath = ['clients', index, 'workload', 'trace'];
    const refuse = (message: string) => problems.push(problemAt(document.valueAt(here), message));
    const found = findBeside(workload.trace, document.file, files);
    if (!found.text.ok) {
      refuse(
        `cannot read trace '${workload.trace}': ${found.text.reason}; ` +
          `looked at ${found.tried.join(', ')}`,
      );
      continue;
    }
    const sha256 = createHash('sha256').update(found.text.text, 'utf8').digest('hex');
    if (workload.sha256 !== undefined && workload.sha256 !== sha256) {
      refuse(
        `trace '${workload.trace}' has sha256 ${sha256}, expected ${workload.sha256}; ` +
          'it was changed since this scenario was written',
      );
      continue;
    }
    const reading = traceFormats[workload.format as TraceFormatName].read(found.text.text);
    problems.push(...reading.problems.map((problem) => ({ file: found.file, ...problem })));
    const volume = text.topology.volumes.find(({ id }) => id === volumesOf(client)[0]);
    if (reading.problems.length === 0 && reading.ops.length === 0)
      refuse('the trace holds no request');
    else if (!reading.isTimed && reading.problems.length === 0) {
      refuse(
        'the trace tells no times, only an order; record it with timestamps (iolog version 3)',
      );
    }
    if (volume !== undefined && reading.footprintBytes > volume.size) {
      refuse(
        `the trace touches ${quantityText('size', reading.footprintBytes)}, ` +
          `volume '${volume.id}' has ${quantityText('size', volume.size)}; make the volume larger`,
      );
    }
    const reference = { path: found.file, sha256, format: workload.format };
    traces.set(client.id, { reference, requests: reading.ops });
  }
  return { traces, problems };
}

/** A file that was found, or the places where it was not. */
export interface FoundFile {
  readonly file: string;
  readonly text: FileText;
  readonly tried: readonly string[];
}

/** A file that a scenario names: beside the scenario, or else from the working directory. */
export function findBeside(named: string, scenarioFile: string, files: FileReader): FoundFile {
  const beside = portablePath(
    path.isAbsolute(named) ? named : path.join(path.dirname(scenarioFile), named),
  );
  const tried = [...new Set([beside, portablePath(named)])];
  for (const file of tried) {
    const text = files.readText(file);
    if (text.ok) return { file, text, tried };
  }
  return { file: beside, text: files.readText(beside), tried };
}
