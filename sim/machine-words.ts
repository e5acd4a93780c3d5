// What a machine says by `emit`, where it has no other way to reach the kernel.
import type { EventObject } from 'xstate';
import type { ActorId, Message, OpOutcome, Outbox } from './actor.ts';
import { assert } from './assert.ts';
import type { IoRequest } from './disk/device.ts';

/** The kernel's words as a machine emits them. */
interface KernelWord extends EventObject {
  readonly to: ActorId;
  readonly message: Message;
  readonly sizeBytes?: number;
  readonly opId: number;
  readonly name: string;
  readonly value: unknown;
  readonly device: string;
  readonly request: IoRequest;
}

/** Turns an emitted event into its effect: a kernel word does what it says, any other is a mark. */
export function emitToKernel(event: EventObject, out: Outbox): void {
  const word = event as KernelWord;
  switch (event.type) {
    case 'send':
      assert(typeof word.to === 'string', `emitted 'send' to ${word.to}, expected an actor id`);
      out.send(word.to, word.message, word.sizeBytes);
      return;
    case 'op.invoke':
      assertNamed(word, Number.isInteger(word.opId), 'an integer opId');
      out.invoke(word.opId, word.name, word.value);
      return;
    case 'op.ok':
    case 'op.fail':
    case 'op.info':
      assertNamed(word, Number.isInteger(word.opId), 'an integer opId');
      out.complete(word.opId, word.name, event.type.slice(3) as OpOutcome, word.value);
      return;
    case 'gauge':
      assertNamed(word, Number.isFinite(word.value), 'a finite value');
      out.gauge(word.name, word.value as number);
      return;
    case 'io':
      assert(typeof word.device === 'string', `emitted 'io' for ${word.device}, expected a device`);
      out.submitIo(word.device, word.request);
      return;
    default: {
      const { type, ...facts } = event;
      out.mark(type, facts);
    }
  }
}

function assertNamed(word: KernelWord, holds: boolean, expected: string): void {
  assert(
    typeof word.name === 'string' && holds,
    `emitted '${word.type}' named ${word.name}, expected a name and ${expected}`,
  );
}
