// What a device of blocks may answer, told from the record alone: what was written, what was
// flushed, and when the power went.
//
//   floor        the newest contents that must survive a power loss
//   since        what was written after it, oldest first; completed, or of unknown outcome
//
//   write  ok    joins `since`; forced to media, it is the floor
//   flush  ok    what had completed before it was submitted is the floor
//   flush failed what is in `since` may be there or not: claims are void since the last good flush
//   reset        the same
//   power lost   any of floor and `since` may be left, of each block on its own
//   read         answers the newest of `since`, or one of those that overlap it; what a read after
//                a power loss has answered once is what the block holds
//
// Contents that nobody is known to have written yet may be those of a write that is still in
// service: such a read is held back until the write ends. A write whose actor died may have
// stored anything new; nothing of the past may come back for that.
import type { Entry, IoEntry, MarkEntry } from './record.ts';
import { otherContents } from './record.ts';
import type { Ns } from './units.ts';

/** How an answer of a device is wrong. */
export type DeviceWrong =
  /** What was flushed or forced to media is gone after a power loss. */
  | 'lost'
  /** What a block was seen to hold after a power loss has changed without a write. */
  | 'flipped'
  /** Without a power loss, a block holds what it should not. */
  | 'wrong'
  /** Sectors of a block hold what was not written to it. */
  | 'torn';

/** A wrong answer of a device. */
export interface DeviceFinding {
  readonly wrong: DeviceWrong;
  readonly device: string;
  readonly block: number;
  readonly expected: readonly number[];
  readonly found: number;
  readonly read: IoEntry;
}

interface Version {
  readonly stamp: number;
  readonly submittedAtNs: Ns;
  readonly completedAtNs: Ns;
  /** Whether it was stored for sure: false after an error. */
  readonly isSure: boolean;
}

interface Block {
  floor: number;
  since: Version[];
  /** What may be there after a power loss, until a read has told; null when it is known. */
  left: Set<number> | null;
  /** What the power loss could have left and did not: it must not come back. */
  readonly excluded: Set<number>;
  /**
   * Writes were in service that nobody heard of: `volatile` when their actor died, for they may
   * still come; `left` when the power went, for they cannot.
   */
  unheard: 'none' | 'volatile' | 'left';
  /** What the block held before the floor. */
  readonly past: Set<number>;
  powerLossCount: number;
}

interface Disk {
  readonly blocks: Map<number, Block>;
  /** Blocks with anything in `since`. */
  readonly dirty: Set<number>;
}

/** Follows the devices of a record. */
export class DeviceHistory {
  /** How often each kind of wrong answer could have been noticed. */
  readonly evaluated: Record<DeviceWrong, number> = { lost: 0, flipped: 0, wrong: 0, torn: 0 };
  readonly #disks = new Map<string, Disk>();
  readonly #nodeOf = new Map<string, string>();
  /** Reads of contents that nobody has written yet, by disk, block and contents. */
  readonly #held = new Map<string, DeviceFinding>();

  observe(entry: Entry): DeviceFinding | null {
    switch (entry.kind) {
      case 'start':
        this.#nodeOf.set(entry.actor, entry.node);
        return null;
      case 'stop':
        if (entry.reason === 'crash') this.#onStop(this.#nodeOf.get(entry.actor) ?? entry.actor);
        return null;
      case 'mark':
        this.#onMark(entry);
        return null;
      case 'io':
        return this.#onIo(entry);
      default:
        return null;
    }
  }

  /** The first read that no write explains, now that no write is to come. */
  unexplained(wrong: DeviceWrong): DeviceFinding | null {
    for (const finding of this.#held.values()) if (finding.wrong === wrong) return finding;
    return null;
  }

  #onIo(entry: IoEntry): DeviceFinding | null {
    const key = `${this.#nodeOf.get(entry.actor) ?? entry.actor}/${entry.device}`;
    const disk = this.#disk(key);
    switch (entry.op) {
      case 'write':
        this.#onWrite(key, disk, entry);
        return null;
      case 'flush':
        onFlush(disk, entry);
        return null;
      case 'read':
        return entry.status === 'ok' ? this.#onRead(key, disk, entry) : null;
      case 'write-zeroes':
      case 'discard':
        for (let i = 0; i < entry.blockCount; i++) forget(disk, entry.block + i);
        return null;
      default:
        return null;
    }
  }

  #onWrite(key: string, disk: Disk, entry: IoEntry): void {
    const { submittedAtNs, atNs: completedAtNs, status, fua, preflush } = entry;
    if (preflush === true && status === 'ok') flushBefore(disk, submittedAtNs);
    else if (preflush === true) voidClaims(disk);
    for (const [i, stamp] of (entry.stamps ?? []).entries()) {
      const at = entry.block + i;
      if (stamp === otherContents) {
        forget(disk, at);
        continue;
      }
      const block = blockOf(disk, at);
      this.#held.delete(`${key}/${at}/${stamp}`);
      block.since.push({ stamp, submittedAtNs, completedAtNs, isSure: status === 'ok' });
      disk.dirty.add(at);
      if (status !== 'ok') continue;
      block.excluded.delete(stamp);
      if (fua === true) raiseFloor(disk, at, block, submittedAtNs, completedAtNs);
    }
  }

  #onRead(key: string, disk: Disk, entry: IoEntry): DeviceFinding | null {
    let finding: DeviceFinding | null = null;
    for (const [i, found] of (entry.stamps ?? []).entries()) {
      const at = entry.block + i;
      const block = disk.blocks.get(at);
      if (block === undefined || found === otherContents) continue;
      const about = { device: key, block: at, found, read: entry };
      const sectors = entry.sectors?.[i];
      if (sectors === undefined) finding ??= this.#judge(block, about);
      else finding ??= this.#judgeSectors(block, sectors, about);
    }
    return finding;
  }

  #judge(block: Block, about: Omit<DeviceFinding, 'wrong' | 'expected'>): DeviceFinding | null {
    const { found, read, device } = about;
    this.evaluated.wrong += 1;
    if (block.powerLossCount > 0 && block.floor !== 0) this.evaluated.lost += 1;
    if (block.excluded.size > 0) this.evaluated.flipped += 1;
    if (block.left === null && block.since.length === 0 && found === block.floor) {
      if (block.unheard === 'left') block.unheard = 'none';
      return null;
    }
    const allowed = allowedOf(block, read.submittedAtNs);
    if (allowed.has(found)) {
      settle(block, found);
      return null;
    }
    const isKnown =
      block.past.has(found) ||
      block.excluded.has(found) ||
      found === block.floor ||
      block.since.some(({ stamp }) => stamp === found);
    if (block.unheard !== 'none' && !isKnown) {
      settleNew(block, found, read);
      if (block.since.length > 0) this.#disk(device).dirty.add(about.block);
      return null;
    }
    const finding = { ...about, wrong: wrongOf(block, found), expected: [...allowed] };
    if (isKnown) return finding;
    const heldKey = `${device}/${about.block}/${found}`;
    if (!this.#held.has(heldKey)) this.#held.set(heldKey, finding);
    return null;
  }

  #judgeSectors(
    block: Block,
    sectors: readonly number[],
    about: Omit<DeviceFinding, 'wrong' | 'expected'>,
  ): DeviceFinding | null {
    const allowed = allowedOf(block, about.read.submittedAtNs);
    this.evaluated.torn += 1;
    const odd = sectors.find((stamp) => !allowed.has(stamp));
    if (odd === undefined || block.unheard !== 'none') return null;
    return { ...about, wrong: 'torn', expected: [...allowed], found: odd };
  }

  #onMark({ actor, name, facts }: MarkEntry): void {
    if (name !== 'device.power-lost' && name !== 'device.reset') return;
    const device = String((facts as { readonly device?: unknown }).device);
    const key = name === 'device.reset' ? device : `${actor}/${device}`;
    const disk = this.#disk(key);
    if (name === 'device.reset') {
      voidClaims(disk);
      return;
    }
    this.#drop(key);
    for (const at of disk.dirty) {
      const block = disk.blocks.get(at)!;
      block.left = new Set([...(block.left ?? [block.floor]), ...stampsOf(block)]);
      block.since = [];
    }
    disk.dirty.clear();
    for (const block of disk.blocks.values()) {
      block.powerLossCount += 1;
      block.unheard = 'left';
    }
  }

  /** What actors of a node had in service they never hear of: it may have been stored. */
  #onStop(node: string): void {
    for (const [key, { blocks }] of this.#disks) {
      if (!key.startsWith(`${node}/`)) continue;
      for (const block of blocks.values()) block.unheard = 'volatile';
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    for (const held of this.#held.keys()) if (held.startsWith(`${key}/`)) this.#held.delete(held);
  }

  #disk(key: string): Disk {
    let disk = this.#disks.get(key);
    if (disk === undefined) {
      disk = { blocks: new Map(), dirty: new Set() };
      this.#disks.set(key, disk);
    }
    return disk;
  }
}

function blockOf({ blocks }: Disk, at: number): Block {
  let block = blocks.get(at);
  if (block === undefined) {
    block = {
      floor: 0,
      since: [],
      left: null,
      excluded: new Set(),
      unheard: 'none',
      past: new Set(),
      powerLossCount: 0,
    };
    blocks.set(at, block);
  }
  return block;
}

/** Of such contents nothing is claimed: it is as if the block had never been looked at. */
function forget({ blocks, dirty }: Disk, at: number): void {
  blocks.delete(at);
  dirty.delete(at);
}

function stampsOf({ since }: Block): readonly number[] {
  return since.map(({ stamp }) => stamp);
}

/** What a read may answer: all that nothing newer has replaced for sure before it began. */
function allowedOf(block: Block, readAtNs: Ns): ReadonlySet<number> {
  const { since, floor, left } = block;
  const isReplaced = (place: number, completedAtNs: Ns) =>
    since.some(
      (newer, index) =>
        index > place &&
        newer.isSure &&
        newer.submittedAtNs >= completedAtNs &&
        newer.completedAtNs <= readAtNs,
    );
  const allowed = new Set<number>();
  if (!isReplaced(-1, Number.NEGATIVE_INFINITY)) {
    for (const stamp of left ?? [floor]) allowed.add(stamp);
  }
  for (const [place, { stamp, completedAtNs }] of since.entries()) {
    if (!isReplaced(place, completedAtNs)) allowed.add(stamp);
  }
  return allowed;
}

function wrongOf({ excluded, past, powerLossCount, since }: Block, found: number): DeviceWrong {
  if (excluded.has(found)) return 'flipped';
  return powerLossCount > 0 && past.has(found) && since.length === 0 ? 'lost' : 'wrong';
}

/** A read has told what is there: what else could have been left must not come back. */
function settle(block: Block, found: number): void {
  if (block.unheard === 'left') block.unheard = 'none';
  const { left } = block;
  if (left === null || block.since.length > 0) return;
  for (const stamp of left) if (stamp !== found) block.excluded.add(stamp);
  block.excluded.delete(found);
  block.past.delete(found);
  block.floor = found;
  block.left = null;
}

/** A read has told of a write that nobody had heard of. */
function settleNew(block: Block, found: number, { submittedAtNs, atNs }: IoEntry): void {
  const { left, since, unheard } = block;
  if (unheard === 'left' && since.length === 0) {
    for (const stamp of left ?? [block.floor]) block.excluded.add(stamp);
    block.floor = found;
    block.left = null;
    block.unheard = 'none';
    return;
  }
  since.push({ stamp: found, submittedAtNs, completedAtNs: atNs, isSure: true });
}

function onFlush(disk: Disk, { status, submittedAtNs }: IoEntry): void {
  if (status === 'ok') {
    flushBefore(disk, submittedAtNs);
    return;
  }
  voidClaims(disk);
}

/** What was not durable may be gone, or not; a good flush later says nothing of it. */
function voidClaims({ blocks, dirty }: Disk): void {
  for (const at of dirty) {
    const block = blocks.get(at)!;
    block.since = block.since.map((version) => ({ ...version, isSure: false }));
  }
}

function flushBefore(disk: Disk, atNs: Ns): void {
  for (const at of disk.dirty) {
    raiseFloor(disk, at, disk.blocks.get(at)!, Number.NEGATIVE_INFINITY, atNs);
  }
}

/**
 * The newest of what completed within the span is durable. Of writes that overlap it is not known
 * which is newest: then all of them stay possible.
 */
function raiseFloor(disk: Disk, at: number, block: Block, fromNs: Ns, untilNs: Ns): void {
  const covered = block.since.filter(
    ({ completedAtNs, submittedAtNs, isSure }) =>
      isSure && completedAtNs <= untilNs && submittedAtNs >= fromNs,
  );
  const newest = covered.at(-1);
  if (newest === undefined) return;
  const index = block.since.indexOf(newest);
  const before = block.since.slice(0, index);
  if (before.some(({ completedAtNs }) => completedAtNs > newest.submittedAtNs)) return;
  for (const stamp of block.left ?? [block.floor]) block.past.add(stamp);
  for (const { stamp } of before) block.past.add(stamp);
  block.past.delete(newest.stamp);
  block.excluded.clear();
  block.floor = newest.stamp;
  block.left = null;
  block.since = block.since.slice(index + 1);
  if (block.since.length === 0) disk.dirty.delete(at);
}
