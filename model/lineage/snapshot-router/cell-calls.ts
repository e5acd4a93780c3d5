// What is asked of cells: of one host after the other, for any of them may be dead or cut off.
//
//   host-1 ....patience....> host-2 ....> host-3 ....> all were asked: the cell cannot be reached
//
// An answer counts from whomever it comes, and however late, as long as it is waited for.
import { type ActorId, assert, type Outbox, type Self } from '../../../sim/index.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { AskCell, CellAnswer } from '../../messages/lineage.ts';
import type { CellCommand, CellName } from '../cell-record.ts';

/** The hosts that speak for each cell. */
export type CellMembers = ReadonlyMap<CellName, readonly ActorId[]>;

/** A question or command that is under way. */
export interface CellCall {
  readonly cell: CellName;
  readonly command: CellCommand | null;
  readonly reqId: number;
  /** Index of the host that is asked now. */
  at: number;
  askedCount: number;
}

/** Who asks. */
interface Caller {
  readonly self: Self;
  readonly out: Outbox;
  readonly volume: VolumeId;
  readonly members: CellMembers;
  readonly calls: Map<number, CellCall>;
}

/** A timer of a call: its host is silent. */
export interface HostSilent {
  readonly type: 'host.silent';
  readonly reqId: number;
}

/**
 * A round over most hosts of a cell with its forced writes takes a few ms, in a sick zone some ten
 * times that; a command may have to wait for a lease or for writes under way (assumed).
 */
const askPatienceNs = 150_000_000;
const commandPatienceNs = 600_000_000;

/** Asks a cell, beginning with any of its hosts. */
export function call(
  caller: Caller,
  what: {
    readonly reqId: number;
    readonly cell: CellName;
    readonly command: CellCommand | null;
  },
): void {
  const hosts = hostsOf(caller, what.cell);
  const at = caller.self.choose('cell.host', hosts.length);
  const made: CellCall = { ...what, at, askedCount: 0 };
  caller.calls.set(made.reqId, made);
  send(caller, made);
}

/** A host is silent or has too few others: the next is asked; false when there is none. */
export function askNextHost(caller: Caller, made: CellCall): boolean {
  const hosts = hostsOf(caller, made.cell);
  if (made.askedCount >= hosts.length) {
    endCall(caller, made);
    return false;
  }
  made.at = (made.at + 1) % hosts.length;
  send(caller, made);
  return true;
}

/** The call that an answer is to; undefined when nobody waits for it any more. */
export function calledFor(caller: Caller, { reqId, cell }: CellAnswer): CellCall | undefined {
  const made = caller.calls.get(reqId);
  return made?.cell === cell ? made : undefined;
}

/** It is answered, or nobody waits any more. */
export function endCall({ calls, out }: Caller, { reqId }: CellCall): void {
  calls.delete(reqId);
  out.cancelTimer(timerOf(reqId));
}

/** Nobody waits for any of them any more. */
export function endCalls(caller: Caller): void {
  for (const made of [...caller.calls.values()]) endCall(caller, made);
}

function send({ out, volume, members }: Caller, made: CellCall): void {
  const { cell, command, reqId, at } = made;
  const message: AskCell = { type: 'cell.ask', volume, reqId, command };
  made.askedCount += 1;
  out.send(hostsOf({ members }, cell)[at]!, message);
  const patienceNs = command === null ? askPatienceNs : commandPatienceNs;
  const silent: HostSilent = { type: 'host.silent', reqId };
  out.setTimer(timerOf(reqId), patienceNs, silent);
}

function hostsOf({ members }: Pick<Caller, 'members'>, cell: CellName): readonly ActorId[] {
  const hosts = members.get(cell);
  assert(hosts !== undefined && hosts.length > 0, `cell '${cell}' has no hosts to ask`);
  return hosts;
}

function timerOf(reqId: number): string {
  return `call-${reqId}`;
}
