import {
  behaviors,
  machines,
  markWords,
  measures,
  messageWords,
  mutants,
  properties,
  roles,
  versions,
  workloads,
} from '../../model/index.ts';
import {
  faults,
  kernelMarks,
  knownModes,
  machineConfig,
  machineDiagram,
  matchesSelector,
  parseSelector,
} from '../../sim/index.ts';
import { deviceCatalog } from './device/catalog.ts';
import { traceFormats } from './traces.ts';
import type { NamedMachine, SelectableNode, Selection, Vocabulary } from './vocabulary.ts';

/** The names that this version knows: the tables of the kernel and of the block store. */
export const knownNames: Vocabulary = {
  devices: deviceCatalog(),
  faults,
  roles,
  properties,
  measures,
  mutants,
  versions,
  machines: drawnMachines(),
  modes: [...new Set([...knownModes(behaviors).values()].flat())],
  marks: { ...markWords, ...kernelMarks },
  messages: messageWords,
  workloads,
  traceFormats,
  select: selectNodes,
};

function drawnMachines(): Vocabulary['machines'] {
  const drawn: Record<string, NamedMachine> = {};
  for (const [name, { summary, machine }] of Object.entries(machines)) {
    drawn[name] = {
      summary,
      diagram: () => machineDiagram(machine),
      config: () => machineConfig(machine),
    };
  }
  return drawn;
}

/** The nodes that a selector of the kernel names. */
function selectNodes(text: string, nodes: readonly SelectableNode[]): Selection {
  const selector = parseSelector(text);
  if (selector.kind === 'problem') return { ok: false, message: selector.message };
  const matching = nodes.filter((node) => matchesSelector(selector, node.id, node.labels));
  return { ok: true, ids: matching.map((node) => node.id) };
}
