// The framework's public face. Somebody with state machines of their own needs nothing else.
export {
  type ActorId,
  type AnyBehavior,
  type Behavior,
  type Labels,
  type Message,
  type NodeId,
  type OpOutcome,
  type Outbox,
  outside,
  type Self,
} from './actor.ts';
export { type ActorModes, actorModes, type ModalStep, type ModeOf } from './actor-modes.ts';
export { AssertionError, assert, unreachable } from './assert.ts';
export { Channel, type ChannelOptions, openChannel } from './channel.ts';
export { type ChoiceSource, seededChoices } from './choice.ts';
export {
  type MadeChoice,
  type RecordingChoices,
  type ReplayingChoices,
  recordedChoices,
  replayedChoices,
} from './choice-log.ts';
export { type ClockSetting, NodeClock, skewPpmMax, skewPpmMin } from './clock.ts';
export { deviceProperties } from './device-properties.ts';
export { cutOffBlocks } from './disk/atomicity.ts';
export {
  gp2Volume,
  gp3Volume,
  io1Volume,
  io2BlockExpressVolume,
  io2Volume,
  sc1Volume,
  st1Volume,
  type VolumeSpec,
} from './disk/cloud/volume-types.ts';
export { demeritNs } from './disk/demerit.ts';
export type { CrashOutcome, Device, IoCompletion, IoRequest, IoStatus } from './disk/device.ts';
export type { DeviceSpec, MediumSpec } from './disk/device-spec.ts';
export { sampledSeek, sheetSeek } from './disk/hdd/seek.ts';
export type {
  HddCacheSpec,
  HddGeometrySpec,
  HddOverheadSpec,
  HddReadAheadSpec,
  HddSpec,
  HddZoneSpec,
  SeekPoint,
} from './disk/hdd/spec.ts';
export { type DeviceMake, makeDevice, tableDevice } from './disk/make-device.ts';
export { Noise } from './disk/noise.ts';
export { type DeviceProfile, deviceProfiles } from './disk/profiles.ts';
export {
  constantTable,
  draw,
  exponentialTable,
  lognormalTable,
  type QuantileTable,
  uniformTable,
  type ZipfTable,
  zipf,
  zipfRank,
} from './distribution.ts';
export { type ExploreOptions, type ExploreResult, explore } from './explore.ts';
export {
  coverageCounts,
  type FaultCoverage,
  FaultCoverageFold,
  type FaultMeetings,
  type KnownModes,
  knownModes,
  type MachineCoverage,
  neverTried,
  type StateCoverage,
  type TransitionCoverage,
  type UntriedFault,
  wasEntered,
} from './fault-coverage.ts';
export type { MissedFault } from './fault-plan.ts';
export {
  type FaultQuantifier,
  type FaultRole,
  type FaultTarget,
  type FaultTargetProblem,
  parseTarget,
  quantifiedCount,
  thereWord,
} from './fault-target.ts';
export type { FaultTrigger, TriggerKind, TriggerStep } from './fault-trigger.ts';
export { deviceSpeedFaults } from './faults/device-speed.ts';
export { storageFaults } from './faults/storage.ts';
export {
  type FaultKind,
  type FaultParam,
  type FaultParamKind,
  type FaultParams,
  type FaultParamValue,
  type FaultPeriod,
  faults,
  type ScheduledFault,
} from './faults.ts';
export { hex64, mix, mixText, mixValue } from './fingerprint.ts';
export { DeterminismError } from './guard.ts';
export { Judge } from './judge.ts';
export { checkRegister, type RegisterOp, type RegisterProblem } from './linearizability.ts';
export {
  type MachineDriver,
  type MachineDriverOptions,
  MachineFailure,
  type MachineOptions,
  machineBehavior,
  machineDriver,
} from './machine-actor.ts';
export { inlineParts, machineConfig, machineDiagram } from './machine-diagram.ts';
export { MachineRefusal } from './machine-refusal.ts';
export { kernelMarks } from './marks.ts';
export {
  type MeasuredValue,
  type MeasureUnit,
  type MeasureWord,
  type Meter,
  type MeterFold,
  MeterPanel,
} from './measure.ts';
export { nameHash } from './name-hash.ts';
export { defaultNetwork, type NetworkSpec } from './network.ts';
export type {
  BudgetExcess,
  BudgetJudgement,
  BudgetLineUse,
  DeviceUse,
  Finding,
  InjectedFault,
  Judgement,
  Monitor,
  Progress,
  Property,
  SliceLine,
  ThresholdJudgement,
  Verdict,
  Violation,
} from './property.ts';
export { normalizeSeed, type StreamTable, seedProblem, streamTable } from './random.ts';
export type {
  Entry,
  EventId,
  FaultEntry,
  GaugeEntry,
  IoEntry,
  MarkEntry,
  MessageEntry,
  OpEntry,
  RecordHeader,
  RecordLevel,
  StartEntry,
  StateEntry,
  StopEntry,
  TimerEntry,
} from './record.ts';
export type { Scheduling, SchedulingOptions } from './scheduling.ts';
export { matchesSelector, parseSelector, type Selector, type SelectorProblem } from './selector.ts';
export { causalSlice, describeEntry } from './slice.ts';
export {
  Interner,
  type SearchLimits,
  type SearchPath,
  type SearchResult,
  type StateSpace,
  searchStates,
} from './state-space.ts';
export { ActorError } from './step.ts';
export {
  bytesPerKiB,
  bytesPerMiB,
  type Ns,
  nsPerMs,
  nsPerSec,
  nsPerUs,
  timeNsMax,
} from './units.ts';
export {
  createWorld,
  LivelockError,
  World,
  type WorldOptions,
} from './world.ts';
