// Damage that nobody has read over is mended all the same: the head reads the blocks once more, and
// with its confirmation every member gets what it lacks. A member that is not the head asks it to.

import type { Heal } from '../messages/devices.ts';
import { confirmBlocks, nobodysReqId } from './blocks.ts';
import { armHealing } from './damage.ts';
import { isHead } from './extent-store.ts';
import type { HostStep, Slot } from './state.ts';

/** How many blocks one request covers, and how many a slot sends at a time. */
const healBlockCount = 64;
const healMax = 8;

/** Looks for damage, and has it mended. */
export function healSlots(step: HostStep): void {
  step.state.healing = false;
  for (const slot of step.state.slots) {
    if (slot.bad.size === 0) continue;
    armHealing(step);
    if (slot.header.state !== 'live' || step.state.input.mutants.has('damage-left-alone')) continue;
    for (const block of damagedChunks(slot)) heal(step, slot, block);
  }
}

function damagedChunks({ bad }: Slot): readonly number[] {
  const chunks = new Set<number>();
  for (const block of bad) chunks.add(block - (block % healBlockCount));
  return [...chunks].sort((a, b) => a - b).slice(0, healMax);
}

function heal(step: HostStep, slot: Slot, block: number): void {
  const { header } = slot;
  const blockCount = Math.min(healBlockCount, step.state.input.layout.blocksPerSlot - block);
  const head = header.members[0];
  if (isHead(header, step.self.id)) {
    confirmBlocks(step, slot, { block, blockCount, reqId: nobodysReqId });
  } else if (head !== undefined && header.volume !== null) {
    const { volume, range, cfgEpoch } = header;
    const { slot: headSlot, gen } = head;
    const place = { volume, range, slot: headSlot, gen, cfgEpoch };
    const message: Heal = { type: 'heal', ...place, block, blockCount };
    step.out.send(head.host, message);
  }
}

/** A member has lost blocks: this head reads them, if it is the head the member takes it for. */
export function takeHeal(step: HostStep, message: Heal): void {
  const { state, self } = step;
  const slot = state.slots[message.slot];
  if (slot === undefined || slot.unread !== null || slot.stamps === null) return;
  const { header } = slot;
  const { gen, cfgEpoch, block, blockCount } = message;
  if (header.gen !== gen || header.cfgEpoch !== cfgEpoch || !isHead(header, self.id)) return;
  if (!Number.isInteger(block) || !Number.isInteger(blockCount) || block < 0) return;
  if (blockCount < 1 || block + blockCount > slot.stamps.length) return;
  confirmBlocks(step, slot, { block, blockCount, reqId: nobodysReqId });
}
