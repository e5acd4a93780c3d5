// The block store: what it is built from, how it is built, and the tables that scenarios name
// things of.

export { archiveNodes, archiveRoom } from './archive-actors.ts';
export { authorityRoom } from './authority/room.ts';
export { authorityId, authorityMembers } from './authority-members.ts';
export { behaviors, behaviorsOf } from './behaviors.ts';
export { cellId } from './cell-id.ts';
export { type WorkloadKind, workloads } from './client/workloads.ts';
export {
  type AuthoritySpec,
  blockBytes,
  type ClientSpec,
  type ClusterSpec,
  type HostSpec,
  type ReceiptLevel,
  receiptLevels,
  type TraceRequest,
  type VolumeSpec,
  type WorkloadSpec,
} from './cluster-spec.ts';
export { properties } from './invariants.ts';
export type { CellRecord } from './lineage/cell-record.ts';
export { observations, ruleTable } from './lineage/rules.ts';
export type { VolumeRecord } from './lineage/volume-record.ts';
export { lineageNodes } from './lineage-nodes.ts';
export { machines } from './machines.ts';
export type { MapEntry, Replica } from './map-entry.ts';
export { measures, meters } from './measures.ts';
export { type Mutant, type MutantId, mutants } from './mutants.ts';
export {
  type ArchiveSpec,
  type BackupPlan,
  type CellSplitPlan,
  defaultReMirror,
  defaultSlotLife,
  type LineageSpec,
  type OptimizerSpec,
  type ProbationSpec,
  type PurgePlan,
  type ReMirrorSpec,
  type RestorePlan,
  type SlotLifeSpec,
  type SnapshotPlan,
} from './policies.ts';
export { type Protocol, type ProtocolSpace, type ProtocolSpec, protocols } from './protocols.ts';
export {
  type DegradedPolicy,
  type Durability,
  degradedPolicies,
  durabilities,
  type ReplicationMode,
  replicationModes,
} from './replication.ts';
export { authorityRoles, readRolePlace, roles } from './roles.ts';
export { sessionOfStamp, stampOf } from './stamps.ts';
export { buildCluster, optimizerId } from './topology.ts';
export { versions } from './versions.ts';
export { markWords, messageWords } from './words.ts';
