// The JSON Schema of device profiles, for editors: that of the plain numbers, in which every number
// is put into what says where it is from. A list, or a map of nothing but numbers, may share one
// source.
import * as z from 'zod';
import { profileSchema } from './profile.ts';
import { type MediumKind, mediumKinds } from './profile-media.ts';
import { exemptKeys, sourceKinds } from './sources.ts';

/** The part of a JSON Schema that is looked at here. */
interface Node {
  readonly type?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** The schema of `schema/device-profile.v1.json`. */
export function profileJsonSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'stormcell device profile',
    description: 'format blockdev-profile/1',
    oneOf: mediumKinds.map(profileOf),
    definitions: { source },
  };
}

const source = {
  type: 'object',
  properties: {
    v: {},
    src: { enum: sourceKinds },
    ref: { type: 'string', description: 'where it can be read' },
    note: { type: 'string', description: 'why it is so' },
  },
  required: ['v', 'src'],
  additionalProperties: false,
} as const;

function profileOf(kind: MediumKind): Node {
  const plain = z.toJSONSchema(profileSchema(kind), { io: 'input', target: 'draft-7' }) as Node;
  const properties = Object.entries(plain.properties ?? {}).map(([key, node]) => {
    if (key === 'kind') return [key, { const: kind }] as const;
    return [key, exemptKeys.includes(key) ? node : withSources(node)] as const;
  });
  return { ...plain, properties: Object.fromEntries(properties) };
}

function withSources(node: Node): Node {
  if (isNumber(node)) return sourced(node);
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) {
    const { anyOf: _, oneOf: __, ...rest } = node;
    return { ...rest, anyOf: branches.map(withSources) };
  }
  if (node.items !== undefined) return node.items.type === 'string' ? node : sourced(node);
  if (node.properties === undefined) return node;
  const entries = Object.entries(node.properties);
  const mapped = {
    ...node,
    properties: Object.fromEntries(entries.map(([key, part]) => [key, withSources(part)])),
  };
  return isOfNumbers(node) ? { anyOf: [mapped, sourced(node)] } : mapped;
}

function sourced(v: Node): Node {
  const both = { allOf: [{ $ref: '#/definitions/source' }, { properties: { v } }] };
  return both as Node;
}

function isNumber({ type, const: only }: Node): boolean {
  return type === 'number' || type === 'integer' || typeof only === 'number';
}

/** A map of numbers, or of maps of numbers. */
function isOfNumbers({ properties }: Node): boolean {
  const parts = Object.values(properties ?? {});
  return parts.length > 0 && parts.every((part) => isNumber(part) || isOfNumbers(part));
}
