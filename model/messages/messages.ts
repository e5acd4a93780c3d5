// Every message of the block store.
import type { ArchiveMessage } from './archive.ts';
import type { BlockReply, LoadBlocks, ReadRequest, StoreRequest } from './blocks.ts';
import type { ConsensusMessage, Forwarded } from './consensus.ts';
import type { CaughtUp, CopyTo, Probe, Probed, Reconfigure, Reconfigured } from './copies.ts';
import type { CutMessage } from './cuts.ts';
import type { Heal, Join, Joined } from './devices.ts';
import type { Detached, Renew, Renewed } from './leases.ts';
import type { LineageMessage } from './lineage.ts';
import type {
  Attach,
  AttachGranted,
  AttachRefused,
  ChangeNotification,
  Detach,
  MapPortion,
  MapUpdated,
  Receipt,
} from './notifications.ts';
import type {
  AskTouched,
  ChangeOutcome,
  ReMirrorEnded,
  RequestChange,
  Suspected,
  Touched,
} from './re-mirror.ts';
import type {
  FindSlot,
  Heartbeat,
  ReleaseCopy,
  RenewCopy,
  Reopen,
  Reserve,
  Reserved,
  SlotFound,
} from './slots.ts';
import type { Survey, Surveyed } from './surveys.ts';
import type { Fence, Fenced, Verify, VerifyAnswer } from './tenancy.ts';

/** Any message of the block store. */
export type ModelMessage =
  | ConsensusMessage
  | Forwarded
  | Attach
  | AttachGranted
  | AttachRefused
  | Detach
  | Detached
  | Renew
  | Renewed
  | ChangeNotification
  | Receipt
  | MapPortion
  | MapUpdated
  | Fence
  | Fenced
  | Verify
  | VerifyAnswer
  | StoreRequest
  | ReadRequest
  | LoadBlocks
  | BlockReply
  | Heal
  | Join
  | Joined
  | Reconfigure
  | Reconfigured
  | CopyTo
  | CaughtUp
  | Probe
  | Probed
  | Heartbeat
  | FindSlot
  | SlotFound
  | Survey
  | Surveyed
  | Reopen
  | AskTouched
  | Suspected
  | Touched
  | RenewCopy
  | ReleaseCopy
  | Reserve
  | Reserved
  | RequestChange
  | ChangeOutcome
  | ReMirrorEnded
  | LineageMessage
  | CutMessage
  | ArchiveMessage;
