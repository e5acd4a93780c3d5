// What a run of the block store is judged by: a table of properties, by the names that scenarios
// use. Each is a fold over the record and nothing else; model/properties holds one idea a file.
import { deviceProperties, type Property } from '../sim/index.ts';
import { appliedOnce } from './properties/applied-once.ts';
import { archiveFollowsLineage } from './properties/archive-lineage.ts';
import { blastRadiusConfined } from './properties/blast-radius.ts';
import { cachedEntryWasStored } from './properties/cached-entry.ts';
import { cellRecordLinearizable } from './properties/cell-record-linearizable.ts';
import { checkpointHasRoom } from './properties/checkpoint-room.ts';
import { committedPrefixAgrees } from './properties/committed-prefix.ts';
import { relocateCompareAndSet } from './properties/compare-and-set.ts';
import { completedFromCut } from './properties/completed-from-cut.ts';
import { conflictingRequestRefused } from './properties/conflicting-request.ts';
import { copiedBeforeSwitch } from './properties/copied-before-switch.ts';
import { copiesStayInCells } from './properties/copies-in-cells.ts';
import { corruptionMended } from './properties/corruption-mended.ts';
import { corruptionNeverServed } from './properties/corruption-served.ts';
import { cutsInOrder } from './properties/cut-order.ts';
import { releasedUnwanted } from './properties/cuts-released.ts';
import { noDataLost } from './properties/data-lost.ts';
import { contentsOutlastLineage, deletedContentsGo } from './properties/deleted-contents.ts';
import { detachedIoHasNoEffect } from './properties/detached-io.ts';
import { discardedReadsZero } from './properties/discarded-zero.ts';
import { replicasInDistinctZones } from './properties/distinct-zones.ts';
import { duplicatesAnsweredAlike } from './properties/duplicates.ts';
import { epochMonotoneAtHost } from './properties/epoch-at-host.ts';
import { evacuationRateBounded } from './properties/evacuation-rate.ts';
import { exclusiveSlot } from './properties/exclusive-slot.ts';
import { failoverCompleteness } from './properties/failover.ts';
import { fencedWrite } from './properties/fenced-write.ts';
import { flushedWriteSurvives } from './properties/flushed-survives.ts';
import { flushedWriteDurable } from './properties/flushed-write.ts';
import { identityChecked } from './properties/identity-checked.ts';
import { noInventedValue } from './properties/invented-value.ts';
import { ioDeadline } from './properties/io-deadline.ts';
import { leaderAnswersCurrent } from './properties/leader-answers.ts';
import { leaseNeverOutlived } from './properties/lease-outlived.ts';
import { leasesRecover } from './properties/leases-recover.ts';
import { lineageAlarmJustified } from './properties/lineage-alarm.ts';
import { lineageOneAuthority } from './properties/lineage-authority.ts';
import { lineageRightCell } from './properties/lineage-cell.ts';
import { lineageChain, lineageHintsHarmless } from './properties/lineage-chain.ts';
import { lineageConverged } from './properties/lineage-converged.ts';
import { lineageDecisionOnce } from './properties/lineage-decision.ts';
import { lineageForest } from './properties/lineage-forest.ts';
import { lineageOneHead } from './properties/lineage-head.ts';
import { quarantineHolds } from './properties/lineage-quarantine.ts';
import {
  lineageNotLost,
  lineageNoZombie,
  lineagePublishedOnce,
} from './properties/lineage-requests.ts';
import { lineageRuleFollowed } from './properties/lineage-rules.ts';
import { lineageSealFinal } from './properties/lineage-seal.ts';
import { linearizableBlocks } from './properties/linearizable-blocks.ts';
import { listingMonotone } from './properties/listing-monotone.ts';
import { noLostAckedWrite } from './properties/lost-write.ts';
import { mapIndependentOfClients } from './properties/map-independent.ts';
import { mapVersionMonotone } from './properties/map-version.ts';
import { movedCopiesHome } from './properties/moved-copies-home.ts';
import { movedDataComplete } from './properties/moved-data.ts';
import { oneLeaderPerTerm } from './properties/one-leader.ts';
import { copiesBounded, oneReMirrorPerRange } from './properties/one-re-mirror.ts';
import { pastOutlastsMove } from './properties/past-kept.ts';
import { portionOfOneVersion } from './properties/portion-version.ts';
import { probationKept } from './properties/probation-kept.ts';
import { publishedIsUploaded } from './properties/published-uploaded.ts';
import { reMirrorLoadBounded } from './properties/re-mirror-load.ts';
import {
  acknowledgedWrite,
  archiveDamageFound,
  authorityRecovered,
  cellWasSplit,
  changeRefused,
  changesPartlyApplied,
  corruptionRepaired,
  decisionOutlived,
  deviceFormatted,
  forwardFollowed,
  hostRecovered,
  leaderChanged,
  logDamageFound,
  logRepaired,
  memberRefilled,
  messageLost,
  moveRolledBack,
  pastDamageFound,
  portionOutrun,
  readVerified,
  reMirrored,
  requestIdReused,
  requestRepeated,
  sessionFenced,
  snapshotContentsLost,
  snapshotInstalled,
  staleMapRefused,
  tornTailDropped,
  twoSeenActive,
  unflushedWriteLost,
  volumeStuck,
  writeStraddledCut,
  writesRepeated,
} from './properties/reached.ts';
import {
  cellWasFull,
  changesAndNeedInOne,
  collectedAmidUpload,
  copyMerged,
  earlierStayRefused,
  headChangedAgain,
  lastCopyLeft,
  manyChangesPartlyApplied,
  releasedSlotRefused,
  staleSessionAnswered,
  unreadLogFound,
  volumeTakenOver,
} from './properties/reached-accidents.ts';
import {
  decidedTargetAwaited,
  deletedDuringImport,
  handOverSeen,
  lateDecisionIgnored,
  moveWaited,
  oldPlaceRead,
  ownerRestored,
  restoredAfterMove,
  sealRepeated,
  thirdCellFound,
  unpublishedTailDropped,
  voidCutSpanned,
} from './properties/reached-lineage.ts';
import { snapshotsReadBack } from './properties/read-back.ts';
import { readYourWrites } from './properties/read-your-writes.ts';
import { receiptImpliesApplied } from './properties/receipt-applied.ts';
import { receiptImpliesDurable } from './properties/receipt-durable.ts';
import { receiptForEveryNotification } from './properties/receipts.ts';
import { recoveryEquivalence } from './properties/recovery-equivalence.ts';
import { replicationRestored } from './properties/replication.ts';
import { restoreCompletes, restoreExact } from './properties/restore-exact.ts';
import { ofRestoredToo } from './properties/restored-first.ts';
import { rootComesFirst } from './properties/root-first.ts';
import { routeNeverEmpty } from './properties/route-never-empty.ts';
import { allOperationsSettle } from './properties/settled.ts';
import { singleWriter } from './properties/single-writer.ts';
import { slotsAddUp } from './properties/slot-count.ts';
import {
  garbageBounded,
  gcSafe,
  noDanglingEntry,
  scrubbedBeforeReuse,
  slotGraceKept,
} from './properties/slot-life.ts';
import {
  completedIsDurable,
  deltaBaseUsable,
  deltaExact,
  deltaSuperset,
} from './properties/snapshot-contents.ts';
import {
  completedImmutable,
  deleteKeepsOthers,
  referencesExact,
} from './properties/snapshot-kept.ts';
import { setIsPrefix, snapshotIsPrefix } from './properties/snapshot-prefix.ts';
import { snapshotsAnswered } from './properties/snapshots-answered.ts';
import { staleEntryHarmless } from './properties/stale-entry-harmless.ts';
import { staleEntryRefreshed } from './properties/stale-entry-refreshed.ts';
import { noStaleRead } from './properties/stale-read.ts';
import { staleReplicaNeverServes } from './properties/stale-replica.ts';
import { unwrittenReadsZero } from './properties/unwritten-zero.ts';
import { updateReplyIsTruth } from './properties/update-reply.ts';
import { writtenBlocksVerified } from './properties/verified.ts';

/** The properties of the block store; an entry's key is its id. */
export const properties = {
  'no-lost-acked-write': ofRestoredToo(noLostAckedWrite),
  'flushed-write-durable': flushedWriteDurable,
  'flushed-write-survives': flushedWriteSurvives,
  'no-stale-read': noStaleRead,
  'read-your-writes': readYourWrites,
  'no-invented-value': ofRestoredToo(noInventedValue),
  'unwritten-reads-zero': ofRestoredToo(unwrittenReadsZero),
  'discarded-reads-zero': discardedReadsZero,
  'identity-checked': identityChecked,
  'linearizable-blocks': ofRestoredToo(linearizableBlocks),
  'corruption-never-served': corruptionNeverServed,
  'no-data-lost': noDataLost,
  'map-version-monotone': mapVersionMonotone,
  'epoch-monotone-at-host': epochMonotoneAtHost,
  'single-writer': singleWriter,
  'fenced-write': fencedWrite,
  'exclusive-slot': exclusiveSlot,
  'replicas-in-distinct-zones': replicasInDistinctZones,
  'copies-stay-in-cells': copiesStayInCells,
  'stale-replica-never-serves': staleReplicaNeverServes,
  'stale-entry-harmless': staleEntryHarmless,
  'stale-entry-refreshed': staleEntryRefreshed,
  'cached-entry-was-stored': cachedEntryWasStored,
  'detached-io-has-no-effect': detachedIoHasNoEffect,
  'lease-never-outlived': leaseNeverOutlived,
  'leases-recover': leasesRecover,
  'io-deadline': ioDeadline,
  'map-independent-of-clients': mapIndependentOfClients,
  'receipt-implies-durable': receiptImpliesDurable,
  'receipt-implies-applied': receiptImpliesApplied,
  'portion-of-one-version': portionOfOneVersion,
  'update-reply-is-truth': updateReplyIsTruth,
  'applied-once': appliedOnce,
  'duplicates-answered-alike': duplicatesAnsweredAlike,
  'conflicting-request-refused': conflictingRequestRefused,
  'route-never-empty': routeNeverEmpty,
  'relocate-compare-and-set': relocateCompareAndSet,
  'copied-before-switch': copiedBeforeSwitch,
  'no-dangling-entry': noDanglingEntry,
  'garbage-bounded': garbageBounded,
  'slots-add-up': slotsAddUp,
  'gc-safe': gcSafe,
  'slot-grace-kept': slotGraceKept,
  'scrubbed-before-reuse': scrubbedBeforeReuse,
  're-mirror-load-bounded': reMirrorLoadBounded,
  'evacuation-rate-bounded': evacuationRateBounded,
  'probation-kept': probationKept,
  'one-re-mirror-per-range': oneReMirrorPerRange,
  'copies-bounded': copiesBounded,
  'recovery-equivalence': recoveryEquivalence,
  'checkpoint-has-room': checkpointHasRoom,
  'blast-radius-confined': blastRadiusConfined,
  ...deviceProperties,
  'cell-record-linearizable': cellRecordLinearizable,
  'lineage-one-authority': lineageOneAuthority,
  'lineage-one-head': lineageOneHead,
  'lineage-right-cell': lineageRightCell,
  'lineage-seal-final': lineageSealFinal,
  'lineage-decision-once': lineageDecisionOnce,
  'moved-data-complete': movedDataComplete,
  'moved-copies-home': movedCopiesHome,
  'one-leader-per-term': oneLeaderPerTerm,
  'committed-prefix-agrees': committedPrefixAgrees,
  'failover-completeness': failoverCompleteness,
  'leader-answers-current': leaderAnswersCurrent,
  'snapshot-is-prefix': ofRestoredToo(snapshotIsPrefix),
  'set-is-prefix': ofRestoredToo(setIsPrefix),
  'restore-exact': restoreExact,
  'listing-monotone': listingMonotone,
  'lineage-forest': lineageForest,
  'root-comes-first': rootComesFirst,
  'lineage-cuts-in-order': cutsInOrder,
  'released-cuts-unwanted': releasedUnwanted,
  'archive-follows-lineage': archiveFollowsLineage,
  'published-is-uploaded': publishedIsUploaded,
  'lineage-quarantine-holds': quarantineHolds,
  'delta-exact': deltaExact,
  'delta-superset': deltaSuperset,
  'delta-base-usable': deltaBaseUsable,
  'completed-from-cut': completedFromCut,
  'past-outlasts-move': pastOutlastsMove,
  'completed-is-durable': completedIsDurable,
  'contents-outlast-lineage': contentsOutlastLineage,
  'deleted-contents-go': deletedContentsGo,
  'delete-keeps-others': deleteKeepsOthers,
  'references-exact': referencesExact,
  'completed-immutable': completedImmutable,
  'receipt-for-every-notification': receiptForEveryNotification,
  'replication-restored': replicationRestored,
  'all-operations-settle': allOperationsSettle,
  'written-blocks-verified': writtenBlocksVerified,
  'corruption-mended': corruptionMended,
  'lineage-chain': lineageChain,
  'lineage-hints-harmless': lineageHintsHarmless,
  'lineage-published-once': lineagePublishedOnce,
  'lineage-not-lost': lineageNotLost,
  'lineage-no-zombie': lineageNoZombie,
  'lineage-rule-followed': lineageRuleFollowed,
  'lineage-alarm-justified': lineageAlarmJustified,
  'lineage-converged': lineageConverged,
  'snapshots-answered': snapshotsAnswered,
  'snapshots-read-back': snapshotsReadBack,
  'restore-completes': restoreCompletes,
  'stale-map-refused': staleMapRefused,
  'forward-followed': forwardFollowed,
  'volume-stuck': volumeStuck,
  'move-rolled-back': moveRolledBack,
  'two-seen-active': twoSeenActive,
  'cell-was-split': cellWasSplit,
  'decision-outlived-roll-back': decisionOutlived,
  'move-waited': moveWaited,
  'owner-restored': ownerRestored,
  'hand-over-seen': handOverSeen,
  'late-decision-ignored': lateDecisionIgnored,
  'seal-repeated': sealRepeated,
  'restored-after-move': restoredAfterMove,
  'deleted-during-import': deletedDuringImport,
  'decided-target-awaited': decidedTargetAwaited,
  'unpublished-tail-dropped': unpublishedTailDropped,
  'third-cell-found': thirdCellFound,
  're-mirrored': reMirrored,
  'authority-recovered': authorityRecovered,
  'host-recovered': hostRecovered,
  'session-fenced': sessionFenced,
  'message-lost': messageLost,
  'unflushed-write-lost': unflushedWriteLost,
  'writes-repeated': writesRepeated,
  'change-refused': changeRefused,
  'changes-partly-applied': changesPartlyApplied,
  'changes-and-need-in-one': changesAndNeedInOne,
  'portion-outrun': portionOutrun,
  'request-repeated': requestRepeated,
  'request-id-reused': requestIdReused,
  'device-formatted': deviceFormatted,
  'torn-tail-dropped': tornTailDropped,
  'corruption-repaired': corruptionRepaired,
  'log-damage-found': logDamageFound,
  'unread-log-found': unreadLogFound,
  'leader-changed': leaderChanged,
  'log-repaired': logRepaired,
  'snapshot-installed': snapshotInstalled,
  'snapshot-contents-lost': snapshotContentsLost,
  'past-damage-found': pastDamageFound,
  'archive-damage-found': archiveDamageFound,
  'write-straddled-cut': writeStraddledCut,
  'void-cut-spanned': voidCutSpanned,
  'old-place-read': oldPlaceRead,
  'copy-merged': copyMerged,
  'earlier-stay-refused': earlierStayRefused,
  'cell-was-full': cellWasFull,
  'collected-amid-upload': collectedAmidUpload,
  'many-changes-partly-applied': manyChangesPartlyApplied,
  'head-changed-again': headChangedAgain,
  'last-copy-left': lastCopyLeft,
  'released-slot-refused': releasedSlotRefused,
  'stale-session-answered': staleSessionAnswered,
  'volume-taken-over': volumeTakenOver,
  'member-refilled': memberRefilled,
  'acknowledged-write': acknowledgedWrite,
  'read-verified': readVerified,
} as const satisfies Record<string, Property>;

/** A name in the table of properties. */
export type PropertyId = keyof typeof properties;
