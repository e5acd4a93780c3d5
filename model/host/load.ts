// What a restored volume began with comes to the hosts: while it is served, range by range.
//
//   restore --load--> head: block 7 holds nothing --confirm--> member --> member --> target
//
// A block that nobody has written holds nothing, and so does one that was not loaded; who reads it
// asks the lineage store. What comes from there has lower stamps than any session of the volume, so
// it never takes the place of a write, however late it comes. It goes with the last session that
// the map knows of: a member that a client has fenced already takes nothing of an earlier one.
import type { BlockReply, LoadBlocks, StoreRequest } from '../messages/blocks.ts';
import { beginTask } from './blocks.ts';
import { isHead, isTenant } from './extent-store.ts';
import { raiseSession } from './headers.ts';
import type { HostStep, Slot } from './state.ts';

/** Has all members store what they hold nothing later of. */
export function takeLoad(step: HostStep, message: LoadBlocks, from: string): void {
  const { state, self } = step;
  const slot = state.slots[message.slot];
  if (slot === undefined || !isMine(step, slot, message)) {
    refuse(step, message, from);
    return;
  }
  const { cfgEpoch, maxSession: session } = slot.header;
  if (message.session > session) {
    raiseSession(step, slot, message.session, { message, from });
    return;
  }
  const { volume, range, gen, block, stamps, reqId } = message;
  const address = { volume, range, slot: slot.index, gen, cfgEpoch, session, reqId };
  const request: StoreRequest = {
    type: 'confirm',
    ...address,
    block,
    stamps,
    chain: null,
    target: false,
    through: true,
  };
  slot.touchedNs = self.nowNs();
  beginTask(step, slot, request, from);
}

function isMine({ state, self }: HostStep, slot: Slot, message: LoadBlocks): boolean {
  const { header, unread } = slot;
  const { gen, cfgEpoch, block, stamps } = message;
  if (unread !== null || header.state !== 'live' || !isHead(header, self.id)) return false;
  if (!isTenant(header, message) || header.gen !== gen) return false;
  if (header.cfgEpoch !== cfgEpoch || stamps.length === 0) return false;
  return block >= 0 && block + stamps.length <= state.input.layout.blocksPerSlot;
}

// The map is another one by now, or will be.
function refuse({ out }: HostStep, { reqId }: LoadBlocks, from: string): void {
  const reply: BlockReply = {
    type: 'block.reply',
    reqId,
    status: 'wrong-epoch',
    about: null,
    cfgEpoch: 0,
    session: 0,
    stamps: null,
  };
  out.send(from, reply);
}
