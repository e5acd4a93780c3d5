// Which messages are between members, and what they weigh.
import type { Message } from '../../../sim/index.ts';
import type { ConsensusMessage } from '../../messages/consensus.ts';
import { dataBytes, recordBytes } from '../../messages/sizes.ts';
import type { CheckpointPieces } from '../checkpoint.ts';

const memberMessages: Readonly<Record<ConsensusMessage['type'], true>> = {
  'vote.request': true,
  'vote.reply': true,
  append: true,
  install: true,
  'append.reply': true,
  'term.request': true,
  'term.reply': true,
};

/** Whether a message is of a member to another one. */
export function isOfMembers(message: Message): message is ConsensusMessage {
  return Object.hasOwn(memberMessages, message.type);
}

/** What it weighs, in bytes. */
export function sizeOf(message: ConsensusMessage): number {
  if (message.type === 'append') return recordBytes(message.entries.length);
  if (message.type === 'install') return dataBytes((message.snapshot as CheckpointPieces).length);
  return recordBytes(0);
}
