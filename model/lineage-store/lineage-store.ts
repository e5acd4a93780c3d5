// The lineage store: keeps the contents of snapshots, apart from the hosts that serve the volumes,
// on a node and a device of its own. A snapshot is registered when it is taken (`pending`), its
// contents are uploaded, and it is `completed` when all of them are durable, or in `error` when
// they can never be. layout.ts tells how that lies on the device.
import { actorModes, type Behavior, type IoCompletion, type Message } from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { deleteSnapshot, onErased, onManifest, register } from './catalog.ts';
import { cloneSnapshot, noteLoaded } from './clones.ts';
import { factsOf, listSnapshots } from './listing.ts';
import { lineageStoreMachine, type StoreAsk } from './machine.ts';
import { onRead, onReadPart, takeRead } from './reads.ts';
import { giveUpUnreadable, onMended, onRecoveryIo, readRecords } from './recovery.ts';
import { noteReferences } from './references.ts';
import { onScrubbed, type ScrubDue, scrub, scrubLater } from './scrub.ts';
import {
  copyStore,
  freshStore,
  type Job,
  type LineageStoreInput,
  type LineageStoreState,
  type StoreStep,
} from './state.ts';
import { onPages, onPut, takeBegin, takeEnd, takePut } from './uploads.ts';

const modes = actorModes(lineageStoreMachine, carryOut);

/** The behavior of a lineage store. */
export const lineageStore: Behavior<LineageStoreState, LineageStoreInput> = {
  name: 'lineage-store',

  init(input, self, out) {
    return modes.begin(undefined, self, out, (machine) => freshStore(input, machine));
  },

  receive(state, message, from, self, out) {
    const step: StoreStep = { state, self, out };
    if (modes.takeTimer(step, message)) return state;
    if (message.type === 'io.completed') onIo(step, message as IoCompletion);
    else if (modes.mode(state) === 'serving') serve(step, message, from);
    return state;
  },

  copy: copyStore,
  mode: modes.mode,
  modes: modes.modes,
};

function carryOut(step: StoreStep, ask: StoreAsk): void {
  if (ask.type === 'read-records') {
    readRecords(step);
    return;
  }
  const snapshots = [...step.state.archived.values()].map(({ manifest }) => ({
    ...factsOf(manifest),
    state: manifest.state,
  }));
  step.out.mark('archive.recovered', { snapshots });
  giveUpUnreadable(step);
  noteReferences(step);
  scrubLater(step);
}

function onIo(step: StoreStep, done: IoCompletion): void {
  const { state } = step;
  const tag = done.tag as {
    readonly part: 'flush' | 'record' | 'mend' | 'job';
    readonly id: number;
    readonly round: number;
    readonly offset: number;
  };
  if (tag.round !== state.round) return;
  if (tag.part === 'mend') {
    onMended(step, done);
    return;
  }
  if (tag.part !== 'job') {
    const news = onRecoveryIo(step, done);
    if (news !== 'more')
      modes.enter(step, { type: news === 'read' ? 'RECORDS_READ' : 'DEVICE_FAILED' });
    return;
  }
  const job = state.jobs.get(tag.id);
  if (job === undefined) return;
  if (done.status !== 'ok') job.failed = true;
  else if (job.kind === 'read') onReadPart(job, done, tag.offset);
  job.leftCount -= 1;
  if (job.leftCount > 0) return;
  state.jobs.delete(tag.id);
  end(step, job);
}

function end(step: StoreStep, job: Job): void {
  switch (job.kind) {
    case 'put':
      onPut(step, job);
      break;
    case 'pages':
      onPages(step, job);
      break;
    case 'manifest':
      if (onManifest(step, job) === 'unsure') modes.enter(step, { type: 'DEVICE_FAILED' });
      break;
    case 'erase':
      onErased(step, job);
      break;
    case 'read':
      onRead(step, job);
      if (job.from === step.self.id) onScrubbed(step, job.request);
      break;
  }
}

function serve(step: StoreStep, message: Message, from: string): void {
  const known = message as ModelMessage | ScrubDue;
  switch (known.type) {
    case 'archive.register':
      register(step, known, from);
      break;
    case 'archive.clone':
      cloneSnapshot(step, known, from);
      break;
    case 'archive.loaded':
      noteLoaded(step, known, from);
      break;
    case 'archive.list':
      listSnapshots(step, known.volume, from);
      break;
    case 'archive.delete':
      deleteSnapshot(step, known, from);
      break;
    case 'archive.read':
      takeRead(step, known, from);
      break;
    case 'scrub.due':
      scrub(step);
      break;
    case 'upload.begin':
      takeBegin(step, known, from);
      break;
    case 'upload.put':
      takePut(step, known, from);
      break;
    case 'upload.end':
      takeEnd(step, known, from);
      break;
    default:
      break;
  }
}
