// Known wrong variants of the block store. Each is one small branch at one place, and each must be
// caught by every property that it names on a shipped scenario: a check that lets a mutant live
// checks nothing, and so does a property that no mutant names.

import type { PropertyId } from './invariants.ts';
import { snapshotMutants } from './snapshot-mutants.ts';

/** A wrong variant: what it gets wrong, and the properties that must notice. */
export interface Mutant {
  readonly summary: string;
  /** Each of them notices; the first is about what it gets wrong. */
  readonly killedBy: readonly [PropertyId, ...PropertyId[]];
  /** The shipped scenario on which each of them catches it within 200 seeds. */
  readonly shownBy: string;
}

/** The table of wrong variants; each is switched on by its name in a scenario. */
export const mutants = {
  'receipt-before-flush': {
    summary: 'the authority sends receipts when the log write is submitted, not when it is flushed',
    killedBy: ['receipt-implies-durable'],
    shownBy: 'authority-power-loss',
  },
  'no-host-fencing': {
    summary: 'hosts accept requests whatever their generation, configuration epoch and session',
    killedBy: [
      'epoch-monotone-at-host',
      'single-writer',
      'stale-entry-harmless',
      'linearizable-blocks',
      'fenced-write',
    ],
    shownBy: 'stale-client',
  },
  'skip-compare-and-set': {
    summary: 'the authority applies a relocation without comparing the version it replaces',
    killedBy: ['relocate-compare-and-set'],
    shownBy: 'mute-authority',
  },
  'cut-over-without-catch-up': {
    summary:
      'the head reports a target as caught up before a block was copied, and does not await it',
    killedBy: ['copied-before-switch'],
    shownBy: 'authority-power-loss',
  },
  'client-never-refreshes': {
    summary: 'a client keeps the first map entry it saw of a range and asks by it for ever',
    killedBy: ['all-operations-settle', 'written-blocks-verified'],
    shownBy: 'authority-power-loss',
  },
  'ack-from-primary-only': {
    summary: 'the head acknowledges a write before the other members have stored it',
    killedBy: ['stale-replica-never-serves'],
    shownBy: 'stale-client',
  },
  'acks-on-shrunk-config': {
    summary: 'the head acknowledges writes without a silent member, though the map still names it',
    killedBy: ['stale-replica-never-serves'],
    shownBy: 'authority-power-loss',
  },
  'identity-unchecked': {
    summary: 'hosts go by the number of a slot, whatever volume and generation a request is for',
    killedBy: ['identity-checked'],
    shownBy: 'identity-reuse',
  },
  'unwritten-unchecked': {
    summary: 'hosts answer what they find in a block that was never written, whatever it is',
    killedBy: ['unwritten-reads-zero'],
    shownBy: 'misdirected-write-and-bit-rot',
  },
  'quorum-of-one': {
    summary: 'a client-quorum read takes the first answer for that of a majority',
    killedBy: ['read-your-writes'],
    shownBy: 'replication-modes',
  },
  'apply-twice-on-retry': {
    summary: 'the authority forgets which requests it has applied and applies a repetition again',
    killedBy: ['applied-once'],
    shownBy: 'mute-authority',
  },
  'receipt-lost-for-duplicates': {
    summary: 'the authority affirms a request once, and not when it is repeated',
    killedBy: ['receipt-for-every-notification'],
    shownBy: 'lost-receipt',
  },
  'duplicate-decided-anew': {
    summary: 'the authority forgets what it has decided: a repetition hears that nothing was done',
    killedBy: ['duplicates-answered-alike', 'update-reply-is-truth'],
    shownBy: 'lost-receipt',
  },
  'conflict-applied': {
    summary: 'the authority applies another request under the id of one that it has applied',
    killedBy: ['conflicting-request-refused'],
    shownBy: 'lost-receipt',
  },
  'answers-while-recovering': {
    summary: 'the authority answers while it reads its log: what it has not read is not there',
    killedBy: ['route-never-empty'],
    shownBy: 'empty-looking-cell',
  },
  'failed-to-the-last': {
    summary: 'with a lost copy the authority drops those on hosts that had one before, to the last',
    killedBy: ['route-never-empty'],
    shownBy: 'empty-looking-cell',
  },
  'torn-batch-applied': {
    summary: 'recovery applies the readable parts of a batch that was not written completely',
    killedBy: ['recovery-equivalence'],
    shownBy: 'authority-checkpoints',
  },
  'failed-flush-believed': {
    summary:
      'the authority flushes again what could not be flushed, and believes the second answer',
    killedBy: ['receipt-implies-durable'],
    shownBy: 'failed-flush',
  },
  'dropped-tail-believed': {
    summary:
      'the authority reads its log by way of the cache, which shows what could not be flushed',
    killedBy: ['receipt-for-every-notification'],
    shownBy: 'failed-flush',
  },
  'damage-taken-for-torn': {
    summary: 'a last batch that the device has damaged is dropped like one that was never flushed',
    killedBy: ['receipt-implies-durable'],
    shownBy: 'authority-damaged-log',
  },
  'requests-without-window': {
    summary: 'the authority takes any number of requests beyond one that has no answer yet',
    killedBy: ['checkpoint-has-room'],
    shownBy: 'authority-small-log',
  },
  'receipt-before-apply': {
    summary: 'receipts that say `applied` are sent when the request is logged',
    killedBy: ['receipt-implies-applied'],
    shownBy: 'authority-checkpoints',
  },
  'portion-under-older-number': {
    summary: 'a portion of the map has entries of its version under the number of the one before',
    killedBy: ['portion-of-one-version'],
    shownBy: 'authority-checkpoints',
  },
  'volatile-map': {
    summary: 'the authority keeps the map in memory only: a recovery finds nothing on its device',
    killedBy: ['receipt-implies-durable', 'no-dangling-entry'],
    shownBy: 'authority-checkpoints',
  },
  'checkpoint-forgets-requests': {
    summary: 'a checkpoint of the authority leaves out which requests it has applied',
    killedBy: ['recovery-equivalence'],
    shownBy: 'authority-checkpoints',
  },
  'serves-one-volume-at-a-time': {
    summary: 'while hosts fence for the attachment of one volume, the authority serves no other',
    killedBy: ['blast-radius-confined'],
    shownBy: 'cell-power-loss',
  },
  'log-freed-early': {
    summary: 'the log writes over what a checkpoint is to stand for before that is durable',
    killedBy: ['receipt-for-every-notification', 'replication-restored'],
    shownBy: 'authority-full-log',
  },
  'previous-tail-first': {
    summary:
      'hosts of version previous store the members of a configuration tail first, ' +
      'and those of this version read them head first',
    killedBy: ['stale-replica-never-serves'],
    shownBy: 'rolling-upgrade',
  },
  'damage-served': {
    summary: 'hosts note that a block is not what it should be, and answer what they read',
    killedBy: ['corruption-never-served', 'no-invented-value', 'linearizable-blocks'],
    shownBy: 'one-bad-disk',
  },
  'damage-left-alone': {
    summary: 'hosts serve damaged blocks from other members and never repair their own copy',
    killedBy: ['corruption-mended'],
    shownBy: 'one-bad-disk',
  },
  'trust-lease-only': {
    summary: 'the authority gives a volume on when a lease is over, and fences no host',
    killedBy: ['fenced-write'],
    shownBy: 'paused-client-wakes',
  },
  'detach-without-fencing': {
    summary: 'the authority affirms a detach before hosts refuse what is still on its way',
    killedBy: ['detached-io-has-no-effect'],
    shownBy: 'force-detach-double-attach',
  },
  'issue-after-lease': {
    summary: 'a client that is to stop when its lease is over does not look at its clock',
    killedBy: ['lease-never-outlived'],
    shownBy: 'paused-client-wakes',
  },
  'no-refresh': {
    summary: 'a client is told what changed in the map, and does not ask for it',
    killedBy: ['stale-entry-refreshed'],
    shownBy: 'stale-map-refreshed',
  },
  'invented-entry': {
    summary: 'a client that is refused guesses the next entry of a range instead of asking for it',
    killedBy: ['cached-entry-was-stored'],
    shownBy: 'read-from-retired-replica',
  },
  'timeout-forgotten': {
    summary: 'a client forgets the time-out of an operation that waits for the map',
    killedBy: ['io-deadline'],
    shownBy: 'asymmetric-partition',
  },
  'flush-acked-by-primary-only': {
    summary:
      'a flush is answered when the head has all on stable media, the others in their caches',
    killedBy: ['flushed-write-durable'],
    shownBy: 'write-back-power-loss',
  },
  'discard-ignored': {
    summary: 'hosts answer a discard and leave the blocks as they are',
    killedBy: ['discarded-reads-zero'],
    shownBy: 'replication-modes',
  },
  'verifier-ignored': {
    summary:
      'a client takes a flush for done whatever boot of a host answers it, ' +
      'and writes nothing again',
    killedBy: ['flushed-write-survives', 'no-lost-acked-write', 'no-stale-read'],
    shownBy: 'write-back-power-loss',
  },
  'moves-known-to-clients-only': {
    summary: 'the authority tells of the map as it was when the volume was made',
    killedBy: ['map-independent-of-clients'],
    shownBy: 'rebuild-from-authority',
  },
  'renew-without-back-off': {
    summary: 'clients renew their leases without any back-off while nobody answers',
    killedBy: ['leases-recover'],
    shownBy: 'lease-collapse-long-queue',
  },
  'no-read-repair': {
    summary: 'the head answers that a block is damaged without asking the other members for it',
    killedBy: ['no-data-lost'],
    shownBy: 'one-bad-disk',
  },
  'back-off-disabled': {
    summary: 'a re-mirror that was refused tries again at once, as often as it likes',
    killedBy: ['re-mirror-load-bounded'],
    shownBy: 're-mirror-storm',
  },
  'budget-ignored': {
    summary: 'a cell admits every copy, however many its hosts are making already',
    killedBy: ['re-mirror-load-bounded'],
    shownBy: 're-mirror-storm',
  },
  'evacuations-unlimited': {
    summary: 'a cell makes the copies of every suspected host again, however many are suspected',
    killedBy: ['evacuation-rate-bounded'],
    shownBy: 'health-flap',
  },
  'trusted-at-once': {
    summary:
      'a cell gives copies to a host as soon as it is heard again, however often it was lost',
    killedBy: ['probation-kept'],
    shownBy: 'flapping-host',
  },
  'gc-without-asking': {
    summary: 'a host gives slots up that nobody seems to use, without asking the authority',
    killedBy: ['gc-safe'],
    shownBy: 'stale-reference-list',
  },
  'slot-reused-before-grace': {
    summary: 'a host gives a slot to the next tenant while messages for the last are on their way',
    killedBy: ['slot-grace-kept'],
    shownBy: 'late-relocate',
  },
  'generation-reused': {
    summary: 'a host gives the next tenancy of a slot the generation of the last one',
    killedBy: ['exclusive-slot'],
    shownBy: 'late-relocate',
  },
  'garbage-kept': {
    summary: 'a host never asks whether the map still names what it keeps',
    killedBy: ['garbage-bounded'],
    shownBy: 'orphan-slots',
  },
  'freed-slots-lost': {
    summary: 'a host never gives a slot that was given up to anybody again',
    killedBy: ['slots-add-up'],
    shownBy: 'orphan-slots',
  },
  'zones-unknown': {
    summary: 'the authority and those who restore copies take each host for a zone of its own',
    killedBy: ['replicas-in-distinct-zones'],
    shownBy: 'authority-power-loss',
  },
  'old-copies-kept': {
    summary: 'the authority adds what a change names to an entry, and takes nothing out of it',
    killedBy: ['copies-bounded'],
    shownBy: 'orphan-slots',
  },
  'no-scrub': {
    summary: 'a host gives a slot to the next tenant with the contents of the last',
    killedBy: ['scrubbed-before-reuse'],
    shownBy: 'late-relocate',
  },
  'rejoin-on-equal-generation': {
    summary: 'a head takes a copy that came back in the same generation for one that lacks nothing',
    killedBy: ['copied-before-switch'],
    shownBy: 'merge-back',
  },
  'tracker-cleared': {
    summary: 'a client forgets what it wrote while a copy was away, and says that it was nothing',
    killedBy: ['copied-before-switch'],
    shownBy: 'merge-back',
  },
  'second-target-accepted': {
    summary: 'a head that fills one target begins to fill another in the same configuration',
    killedBy: ['one-re-mirror-per-range'],
    shownBy: 'zombie-rebuilder',
  },
  'request-dedup-lost-on-failover': {
    summary: 'a new leader does not know which requests the one before it has applied',
    killedBy: ['applied-once'],
    shownBy: 'replicated-authority-crash-points',
  },
  'commit-without-majority': {
    summary: 'a leader takes for committed what is durable on its own device',
    killedBy: ['committed-prefix-agrees', 'failover-completeness', 'map-version-monotone'],
    shownBy: 'authority-split-brain',
  },
  'vote-forgotten': {
    summary: 'members of the authority do not save their term and vote before they promise it',
    killedBy: ['one-leader-per-term'],
    shownBy: 'replicated-authority-crash-points',
  },
  'votes-for-shorter-log': {
    summary: 'members of the authority vote for one that lacks what they have',
    killedBy: ['failover-completeness'],
    shownBy: 'stale-standby-takeover',
  },
  'stale-leader-answers': {
    summary: 'a leader answers from its state without making sure that it still leads',
    killedBy: ['leader-answers-current'],
    shownBy: 'authority-split-brain',
  },
  'moves-leave-cells': {
    summary: 'the optimizer moves copies to the emptiest hosts, whatever cells their volume has',
    killedBy: ['copies-stay-in-cells'],
    shownBy: 'optimizer-keeps-cells',
  },
  ...snapshotMutants,
} as const satisfies Record<string, Mutant>;

/** A name in the table of mutants. */
export type MutantId = keyof typeof mutants;

/** Which wrong variants are switched on in a run. */
export type MutantSet = ReadonlySet<MutantId>;

/** Looks a name up in the table. */
export function isMutantId(name: string): name is MutantId {
  return Object.hasOwn(mutants, name);
}
