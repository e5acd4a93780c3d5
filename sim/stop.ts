import type { ActorCell } from './node.ts';
import type { StopEntry } from './record.ts';
import type { World } from './world.ts';

/** An actor ends, its children first: state and timers are gone. */
export function stopActor(world: World, cell: ActorCell, reason: StopEntry['reason']): void {
  for (const child of cell.children.values()) stopActor(world, child, reason);
  cell.children.clear();
  if (cell.startEvent !== null) world.events.cancel(cell.startEvent);
  cell.startEvent = null;
  if (!cell.alive) return;
  for (const handle of cell.timers.values()) world.events.cancel(handle);
  cell.timers.clear();
  cell.alive = false;
  cell.state = undefined;
  cell.mode = undefined;
  world.parts.recorder.detail<StopEntry>('stop', world.identity, world.now, cell.id, { reason });
}
