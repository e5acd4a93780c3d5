// Known wrong variants of snapshots, of their contents and of moves between cells.
import type { Mutant } from './mutants.ts';

/** A part of the table of wrong variants. */
export const snapshotMutants = {
  'ack-before-publish': {
    summary: 'a router acknowledges a snapshot that a cell has taken and nobody has published',
    killedBy: ['lineage-not-lost'],
    shownBy: 'duplicate-request',
  },
  'promise-forgotten': {
    summary: 'a member of a cell keeps what it accepted over a crash, but not what it promised',
    killedBy: ['cell-record-linearizable'],
    shownBy: 'cell-of-rivals',
  },
  'accepted-before-durable': {
    summary: 'a member of a cell says that it has accepted a record before it is durable',
    killedBy: ['cell-record-linearizable'],
    shownBy: 'cell-of-rivals',
  },
  'minority-answers': {
    summary: 'one member of a cell answers for all, whatever most of them hold',
    killedBy: ['cell-record-linearizable'],
    shownBy: 'cell-of-rivals',
  },
  'take-without-lease': {
    summary: 'a cell takes snapshots without having asked the authority for the right to',
    killedBy: ['lineage-right-cell'],
    shownBy: 'cell-of-rivals',
  },
  'unseal-unreachable': {
    summary: 'whoever drives a move unseals the source because the target does not answer',
    killedBy: ['lineage-decision-once'],
    shownBy: 'sealed-peer-unreachable',
  },
  'activate-unreachable': {
    summary: 'whoever drives a move activates the target because the source does not answer',
    killedBy: ['lineage-one-authority'],
    shownBy: 'creating-source-unreachable',
  },
  'clear-unclosed': {
    summary: 'whoever drives a decided move forgets it before both cells have closed it',
    killedBy: ['lineage-converged'],
    shownBy: 'move-while-clearing',
  },
  'certificate-twice': {
    summary: 'a cell obeys the decision of a move that it has closed: a move back meets it again',
    killedBy: ['lineage-one-authority'],
    shownBy: 'move-back-aba',
  },
  'take-in-any-state': {
    summary: 'a cell takes a snapshot though it is sealed or has given the volume away',
    killedBy: ['lineage-right-cell'],
    shownBy: 'activate-on-seal',
  },
  'publish-unowned': {
    summary: 'the authority publishes what a cell took that has given the volume away since',
    killedBy: ['lineage-one-head'],
    shownBy: 'two-layers',
  },
  'no-publish-check': {
    summary: 'the authority publishes what it is asked to, whoever took it and behind what it lies',
    killedBy: ['lineage-chain'],
    shownBy: 'two-layers',
  },
  'no-cell-guards': {
    summary: 'a cell takes snapshots in whatever state and epoch it is, and without a lease',
    killedBy: ['lineage-seal-final'],
    shownBy: 'two-layers',
  },
  'roll-back-overturns': {
    summary: 'a roll-back of merits gives a volume back whose move is decided',
    killedBy: ['lineage-hints-harmless'],
    shownBy: 'merit-rollback',
  },
  'publish-in-same-epoch': {
    summary: 'a snapshot is published only in the epoch of its taking: an aborted move wedges it',
    killedBy: ['snapshots-answered'],
    shownBy: 'abort-bump-wedge',
  },
  'failed-without-tombstone': {
    summary: 'a router says that a request has failed, and leaves nothing that would keep it so',
    killedBy: ['lineage-no-zombie'],
    shownBy: 'failed-then-appears',
  },
  'rule-ignored': {
    summary: 'a router has each snapshot taken in the cell named first, whatever it saw there',
    killedBy: ['lineage-rule-followed'],
    shownBy: 'failed-then-appears',
  },
  'take-before-cut': {
    summary: 'a cell takes a snapshot while its cut is still under way, and does not await it',
    killedBy: ['snapshot-is-prefix'],
    shownBy: 'routed-snapshots',
  },
  'cut-before-beginning': {
    summary: 'a cell cuts a restored volume before that has anything that it begins with',
    killedBy: ['root-comes-first'],
    shownBy: 'restore-while-moved',
  },
  'cut-order-unchecked': {
    summary: 'a cell records a cut though it has taken another snapshot since that was begun',
    killedBy: ['lineage-cuts-in-order'],
    shownBy: 'routed-snapshots',
  },
  'published-cuts-released': {
    summary: 'a cell that cuts a volume has all that it cut before let go, published or not',
    killedBy: ['released-cuts-unwanted'],
    shownBy: 'routed-snapshots',
  },
  'lineage-guessed': {
    summary: 'who uploads published snapshots takes the last one, and skips those before it',
    killedBy: ['archive-follows-lineage'],
    shownBy: 'routed-snapshots',
  },
  'stops-at-failed-upload': {
    summary: 'who uploads snapshots does nothing any more once one of them has ended in an error',
    killedBy: ['published-is-uploaded'],
    shownBy: 'incomplete-marked-complete',
  },
  'head-deleted': {
    summary: 'the authority deletes the newest snapshot of a volume, whichever was meant',
    killedBy: ['lineage-not-lost'],
    shownBy: 'delete-parent-while-child-pending',
  },
  'deleted-contents-stay': {
    summary: 'who looks after snapshots never hears that one was deleted, and keeps its contents',
    killedBy: ['deleted-contents-go'],
    shownBy: 'delete-parent-while-child-pending',
  },
  'contents-deleted-first': {
    summary: 'who looks after snapshots deletes contents that the lineage still has',
    killedBy: ['contents-outlast-lineage'],
    shownBy: 'delete-parent-while-child-pending',
  },
  'lost-range-skipped': {
    summary: 'who uploads a snapshot leaves out what no copy knows any more, and calls it complete',
    killedBy: ['completed-from-cut'],
    shownBy: 'incomplete-marked-complete',
  },
  'past-freed-at-once': {
    summary: 'hosts give up a copy that was moved away, whatever of it is still to be uploaded',
    killedBy: ['past-outlasts-move'],
    shownBy: 'move-with-pending-uploads',
  },
  'picks-first': {
    summary: 'a router that sees two cells active has the snapshot taken in the one named first',
    killedBy: ['lineage-rule-followed'],
    shownBy: 'skewed-double-active',
  },
  'quarantines-at-once': {
    summary: 'a router that sees two cells active raises an alarm, and does not look again',
    killedBy: ['lineage-alarm-justified'],
    shownBy: 'skewed-double-active',
  },
  'quarantine-ignored': {
    summary: 'the authority publishes what was on its way when its volume was put in quarantine',
    killedBy: ['lineage-quarantine-holds'],
    shownBy: 'quarantine',
  },
  'cut-without-gate': {
    summary: 'heads let writes go on while a volume is cut',
    killedBy: ['snapshot-is-prefix'],
    shownBy: 'scheduled-snapshots',
  },
  'cut-amid-writes': {
    summary: 'a volume is cut amid its writes: what they change is noted for the cut before',
    killedBy: ['delta-superset'],
    shownBy: 'change-map-races-cut',
  },
  'volumes-cut-apart': {
    summary: 'the volumes of a set are cut one after the other, not at one instant',
    killedBy: ['set-is-prefix'],
    shownBy: 'multi-volume-skew',
  },
  'void-cut-dropped': {
    summary: 'hosts drop what they kept since a void cut, though an earlier cut has need of it',
    killedBy: ['delta-superset'],
    shownBy: 'change-lost-in-merge',
  },
  'copy-on-write-skipped': {
    summary: 'hosts overwrite blocks and keep nothing of what they held at the last cut',
    killedBy: ['delta-exact'],
    shownBy: 'scheduled-snapshots',
  },
  'delta-from-wrong-base': {
    summary: 'hosts tell what changed since the cut after the one that they were asked about',
    killedBy: ['delta-superset'],
    shownBy: 'scheduled-snapshots',
  },
  'completed-before-durable': {
    summary: 'the lineage store does not wait for its device before it says that it has a block',
    killedBy: ['completed-is-durable'],
    shownBy: 'scheduled-snapshots',
  },
  'delete-ignores-references': {
    summary: 'the lineage store frees the blocks of a deleted snapshot, whoever else has them',
    killedBy: ['delete-keeps-others'],
    shownBy: 'scheduled-snapshots',
  },
  'reference-never-dropped': {
    summary: 'the lineage store deletes a snapshot, and never gives its blocks to anybody again',
    killedBy: ['references-exact'],
    shownBy: 'scheduled-snapshots',
  },
  'oldest-read-back-only': {
    summary: 'the lineage store reads its oldest snapshot back, and takes the others to be like it',
    killedBy: ['snapshots-read-back'],
    shownBy: 'scheduled-snapshots',
  },
  'archive-unchecked': {
    summary: 'the lineage store hands out what its device reads, without a look at the checksum',
    killedBy: ['completed-immutable'],
    shownBy: 'one-replica-snapshot-corrupt',
  },
  'base-unpinned': {
    summary: 'the lineage store deletes what an upload is a delta of, and does not miss it',
    killedBy: ['delta-base-usable'],
    shownBy: 'pruned-ancestor',
  },
  'manifest-of-any-version': {
    summary: 'the lineage store recovers to any of the manifests that a snapshot has had',
    killedBy: ['listing-monotone'],
    shownBy: 'pruned-ancestor',
  },
  'clone-unreferenced': {
    summary: 'a restored volume shares blocks with its origin, and the lineage store forgets that',
    killedBy: ['delete-keeps-others', 'restore-completes'],
    shownBy: 'purge-during-rebuild',
  },
  'clone-rootless': {
    summary: 'the first snapshot of a restored volume has no parent, as if it were a new one',
    killedBy: ['lineage-forest'],
    shownBy: 'restore-while-written',
  },
  'restore-reads-zeros': {
    summary: 'a client takes what was not loaded yet for what was never written',
    killedBy: ['restore-exact'],
    shownBy: 'restore-while-written',
  },
  'publish-own-first': {
    summary: 'a router publishes its own snapshot before what the cell took before it',
    killedBy: ['lineage-chain'],
    shownBy: 'duplicate-request',
  },
  'updates-sent-once': {
    summary: 'a router tells the cells of a published snapshot once, and never again',
    killedBy: ['lineage-converged'],
    shownBy: 'update-step-lost',
  },
  'request-forgotten': {
    summary: 'neither the cell nor the authority knows a request again in a later epoch',
    killedBy: ['lineage-published-once'],
    shownBy: 'retry-after-move',
  },
  'commit-unsealed': {
    summary: 'whoever drives a move commits it though its source is not sealed',
    killedBy: ['lineage-one-authority'],
    shownBy: 'volume-move',
  },
  'unseal-undecided': {
    summary: 'whoever drives a move unseals its source without having won the decision to abort',
    killedBy: ['lineage-decision-once'],
    shownBy: 'volume-move',
  },
  'activate-on-seal': {
    summary: 'whoever drives a move takes the seal for a decision and activates the target',
    killedBy: ['lineage-decision-once'],
    shownBy: 'volume-move',
  },
  'take-over-without-lease': {
    summary: 'the authority lets a silent source be overruled before its lease has run out',
    killedBy: ['lineage-one-authority'],
    shownBy: 'source-hidden-from-mover',
  },
  'import-unfinished': {
    summary: 'a mover says that all copies are moved as soon as the target is prepared',
    killedBy: ['moved-data-complete'],
    shownBy: 'volume-move',
  },
  'copies-left-behind': {
    summary: 'a mover leaves the copies of a move that was given up where they are',
    killedBy: ['moved-copies-home'],
    shownBy: 'hand-off-turned-back',
  },
} as const satisfies Record<string, Mutant>;
