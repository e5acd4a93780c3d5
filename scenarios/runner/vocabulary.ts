// The names a scenario may use. Tables elsewhere own them; the reader, the schema and `list` only
// look here, so that a new entry in a table is known everywhere at once.
import type { FaultKind, Labels, MeasureWord, Property } from '../../sim/index.ts';
import type { DeviceProfileFile } from './device/profile.ts';

/** What can be said of any named thing. */
export interface Named {
  readonly summary: string;
}

/** A device as the reader needs it: read from its profile when it is used. */
export interface NamedDevice extends Named {
  profile(): DeviceProfileFile;
}

/** A fault as the reader needs it: what it takes, not what it does. */
export type NamedFault = Pick<FaultKind, 'summary' | 'needsTarget' | 'params' | 'targetCountMin'>;

/** A property as the reader needs it: under which heading it belongs. */
export type NamedProperty = Pick<Property, 'summary' | 'mode'>;

/** A mutant: a known wrong variant, the properties that must notice it, and where it shows. */
export interface NamedMutant extends Named {
  readonly killedBy: readonly string[];
  /** The name of a shipped scenario. */
  readonly shownBy: string;
}

/** A machine as it is shown: drawn, and as the data it is made from. */
export interface NamedMachine extends Named {
  /** A Mermaid state diagram. */
  diagram(): string;
  /** What `createMachine` takes. */
  config(): Readonly<Record<string, unknown>>;
}

/** A node of the cluster, as far as selectors look. */
export interface SelectableNode {
  readonly id: string;
  readonly labels: Labels;
}

/** The nodes a selector names, or what is wrong with its text. */
export type Selection =
  | { readonly ok: true; readonly ids: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Every name a scenario may use, by table. */
export interface Vocabulary {
  readonly devices: Readonly<Record<string, NamedDevice>>;
  readonly faults: Readonly<Record<string, NamedFault>>;
  /** Words for whom a fault strikes that are resolved when it does: `primary-of vol-1`. */
  readonly roles: Readonly<Record<string, Named>>;
  readonly properties: Readonly<Record<string, NamedProperty>>;
  /** What is measured of a run; thresholds are put on it. */
  readonly measures: Readonly<Record<string, MeasureWord>>;
  readonly mutants: Readonly<Record<string, NamedMutant>>;
  /** Other versions of the software that a fault can put on a node. */
  readonly versions: Readonly<Record<string, Named>>;
  /** State machines of the actors. */
  readonly machines: Readonly<Record<string, NamedMachine>>;
  /** What faults can wait for: modes of machines, with those within them as `outer.inner`. */
  readonly modes: readonly string[];
  /** Marks by name, with what each says. */
  readonly marks: Readonly<Record<string, string>>;
  /** Types of messages by name, with what each says. */
  readonly messages: Readonly<Record<string, string>>;
  readonly workloads: Readonly<Record<string, Named>>;
  readonly traceFormats: Readonly<Record<string, Named>>;
  /** The nodes among `nodes` that a selector names. */
  select(selector: string, nodes: readonly SelectableNode[]): Selection;
}

/** The names of a table in a total order. */
export function namesOf(table: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(table).sort();
}
