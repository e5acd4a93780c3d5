import { describe, expect, it } from 'vitest';
import type { EventHandle } from '../../sim/event-queue.ts';
import { SendQueue } from '../../sim/send-queue.ts';

/** A queue whose messages take 10 ns of flight; their handles count from 1. */
function rig(fifo = false, flightNs = 10) {
  const queue = new SendQueue(fifo);
  const arrivalsNs: number[] = [];
  const factors = new Map<string, number>();
  const factorTo = (to: string) => factors.get(to) ?? 1;
  const lastNs = new Map<string, number>();
  return {
    queue,
    /** When each message that was sent arrives, in the order they were sent. */
    arrivalsNs,
    send(nowNs: number, workNs: number, to = 'b', ownFlightNs = flightNs): void {
      const departNs = queue.book(to, workNs, factorTo(to), nowNs);
      const afterNs = lastNs.get(to) ?? 0;
      const dueNs = departNs + ownFlightNs;
      const arrivalNs = fifo && dueNs <= afterNs ? afterNs + 1 : dueNs;
      lastNs.set(to, arrivalNs);
      queue.attach(0, arrivalsNs.push(arrivalNs), arrivalNs, afterNs);
    },
    /** From now on a byte takes `factor` times as long to go to a node. */
    slow(nowNs: number, factor: number, to = 'b') {
      factors.set(to, factor);
      const moved = (handle: EventHandle, _departNs: number, arrivalNs: number) => {
        arrivalsNs[handle - 1] = arrivalNs;
        return handle;
      };
      return queue.rebook(nowNs, factorTo, moved);
    },
  };
}

describe('a send queue', () => {
  it('sends one message after another, an idle one at once', () => {
    const { send, arrivalsNs } = rig();
    send(0, 100);
    send(50, 100);
    send(500, 100);
    expect(arrivalsNs).toEqual([110, 210, 610]);
  });

  it('sends the rest of a message, and those behind it, at a slower rate (3x from 40 ns)', () => {
    const { send, slow, arrivalsNs } = rig();
    send(0, 100);
    send(0, 100);
    slow(40, 3);
    // 60 ns of the first are left: 40 + 180. The second is behind it: 220 + 300.
    expect(arrivalsNs).toEqual([230, 530]);
    send(60, 10);
    expect(arrivalsNs[2]).toBe(560);
  });

  it('sends faster what was booked while it was slow (300x until 400 ns)', () => {
    const { send, slow, arrivalsNs } = rig();
    slow(0, 300);
    send(0, 2);
    send(0, 100);
    send(0, 100);
    expect(arrivalsNs).toEqual([610, 30_610, 60_610]);
    slow(300, 1);
    // Half of the first has left: 1 ns is left of it. Then come 100 and 100.
    expect(arrivalsNs).toEqual([311, 411, 511]);
    send(350, 100);
    expect(arrivalsNs[3]).toBe(611);
  });

  it('has no backlog left of two faults that met (300x and 300x, ended one by one)', () => {
    const { send, slow, arrivalsNs } = rig();
    send(0, 300);
    slow(100, 300);
    slow(1_300, 90_000);
    send(1_300, 10);
    expect(arrivalsNs).toEqual([1_300 + 196 * 90_000 + 10, 1_300 + 206 * 90_000 + 10]);
    slow(1_300 + 90_000, 300);
    // 200 - 4 - 1 ns of the first are left.
    expect(arrivalsNs).toEqual([91_300 + 195 * 300 + 10, 91_300 + 205 * 300 + 10]);
    slow(91_300 + 95 * 300, 1);
    expect(arrivalsNs).toEqual([119_800 + 100 + 10, 119_800 + 110 + 10]);
  });

  it('does not touch what has left, though it is still under way', () => {
    const { send, slow, arrivalsNs } = rig(false, 1_000);
    send(0, 100);
    send(0, 100);
    slow(100, 5);
    expect(arrivalsNs).toEqual([1_100, 1_600]);
  });

  it('charges a thin link to those behind it, whatever link they take', () => {
    const { send, slow, arrivalsNs } = rig();
    send(0, 100, 'b');
    send(0, 100, 'c');
    send(0, 100, 'b');
    slow(50, 3, 'b');
    expect(arrivalsNs).toEqual([210, 310, 610]);
    slow(100, 1, 'c');
    expect(arrivalsNs).toEqual([210, 310, 610]);
    slow(250, 2, 'c');
    expect(arrivalsNs).toEqual([210, 360, 660]);
  });

  it('is not moved by a factor that is the one it has, however often it is told', () => {
    const { send, slow, arrivalsNs } = rig();
    slow(0, 7);
    for (let i = 0; i < 5; i++) send(i, 13);
    const before = [...arrivalsNs];
    for (let nowNs = 5; nowNs < 400; nowNs += 11) slow(nowNs, 7);
    expect(arrivalsNs).toEqual(before);
  });

  it('keeps the order of a link where it must (fifo, flights 500 and 10 ns)', () => {
    const { send, slow, arrivalsNs } = rig(true);
    send(0, 100, 'b', 500);
    send(0, 100, 'b', 10);
    send(0, 1000, 'b', 10);
    expect(arrivalsNs).toEqual([600, 601, 1210]);
    const lastNs = slow(150, 0.1);
    // The first has left. The second leaves at 155 and stays behind it; the third leaves at 255.
    expect(arrivalsNs).toEqual([600, 601, 602]);
    expect([...lastNs]).toEqual([['b', 602]]);
  });

  it('keeps hundreds in order through growth, forgets what has left, and goes on in a copy', () => {
    const { queue, send, slow, arrivalsNs } = rig();
    for (let i = 0; i < 300; i++) send(i, 2);
    const other = queue.copy();
    expect(arrivalsNs.map((at) => at - 10)).toEqual(arrivalsNs.map((_, i) => 2 * (i + 1)));
    const seen: number[] = [];
    const ends = other.rebook(
      300,
      () => 3,
      (handle) => {
        seen.push(handle);
        return handle;
      },
    );
    expect(seen).toEqual(Array.from({ length: 150 }, (_, i) => 151 + i));
    slow(300, 3);
    expect(arrivalsNs.slice(150)).toEqual(Array.from({ length: 150 }, (_, i) => 316 + 6 * i));
    expect(ends.get('b')).toBe(arrivalsNs.at(-1));
  });

  it('moves an event by the handle it was given last, and none that was let go', () => {
    const { queue, send } = rig();
    send(0, 100);
    send(0, 100);
    queue.replace(1, 71);
    queue.replace(2, 0);
    const seen: number[] = [];
    for (const factor of [2, 3]) {
      queue.rebook(
        50,
        () => factor,
        (handle) => {
          seen.push(handle);
          return handle + 1;
        },
      );
    }
    expect(seen).toEqual([71, 72]);
  });
});
