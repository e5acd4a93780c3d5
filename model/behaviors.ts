// What the store is made of, as the kernel runs it.
import type { AnyBehavior } from '../sim/index.ts';
import { cell } from './cell.ts';
import { client } from './client.ts';
import { host } from './host.ts';
import { mapAuthority } from './map-authority.ts';
import { reMirror } from './re-mirror.ts';

/** Every behavior of the store, started with a cluster or, as re-mirrors are, when needed. */
export const behaviors: readonly AnyBehavior[] = [mapAuthority, cell, host, client, reMirror];
