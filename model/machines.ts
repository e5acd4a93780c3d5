// The machines of the store: each holds the modes of one kind of actor, and nothing else. Plain
// data by names, so that a visualiser opens them as they stand.
import type { AnyStateMachine } from 'xstate';
import { memberMachine } from './authority/consensus/machine.ts';
import { authorityMachine } from './authority/machine.ts';
import { backupMachine } from './backup/machine.ts';
import { setMachine } from './backup/set-machine.ts';
import { cellMachine } from './cell/machine.ts';
import { clientMachine } from './client/machine.ts';
import { cutMachine } from './cut/machine.ts';
import { hostMachine } from './host/machine.ts';
import { cellMemberMachine } from './lineage/cell-member/machine.ts';
import { moverMachine } from './lineage/mover/machine.ts';
import { requestMachine } from './lineage/snapshot-router/machine.ts';
import { lineageStoreMachine } from './lineage-store/machine.ts';
import { optimizerMachine } from './optimizer/machine.ts';
import { reMirrorMachine } from './re-mirror/machine.ts';
import { restoreMachine } from './restore/machine.ts';
import { uploadMachine } from './upload/machine.ts';

/** A machine, and what it is the machine of. */
export interface NamedMachine {
  readonly summary: string;
  readonly machine: AnyStateMachine;
}

/** Every machine by the name of its behavior; to add one, add an entry. */
export const machines = {
  'map-authority': {
    summary: 'keeps the map of every volume: recovering, serving, failed',
    machine: authorityMachine,
  },
  'authority-member': {
    summary: 'the roles of one of several members of the map authority',
    machine: memberMachine,
  },
  cell: { summary: 'knows the hosts of a cell, and finds free slots', machine: cellMachine },
  client: {
    summary: 'holds a volume by a partial, cached copy of its map',
    machine: clientMachine,
  },
  host: { summary: 'keeps copies of block ranges on its device', machine: hostMachine },
  're-mirror': {
    summary: 'restores the copies of one range, step by step',
    machine: reMirrorMachine,
  },
  'lineage-store': {
    summary: 'keeps the contents of snapshots',
    machine: lineageStoreMachine,
  },
  upload: {
    summary: 'copies the contents of a snapshot from hosts into the lineage store',
    machine: uploadMachine,
  },
  backup: {
    summary: 'uploads, keeps and deletes the snapshots of a volume',
    machine: backupMachine,
  },
  restore: {
    summary: 'brings what a volume is restored from to its hosts',
    machine: restoreMachine,
  },
  'backup-set': {
    summary: 'has volumes cut at one instant, on a schedule',
    machine: setMachine,
  },
  cut: {
    summary: 'cuts a volume for a snapshot, at all hosts that hold it',
    machine: cutMachine,
  },
  mover: {
    summary: 'moves a volume into another cell, step by step',
    machine: moverMachine,
  },
  optimizer: {
    summary: 'moves copies from full hosts to empty ones',
    machine: optimizerMachine,
  },
  'cell-member': {
    summary: 'one of the hosts that together keep what a cell is to a volume',
    machine: cellMemberMachine,
  },
  'snapshot-request': {
    summary: 'how a router carries a request for a snapshot through',
    machine: requestMachine,
  },
} as const satisfies Readonly<Record<string, NamedMachine>>;
