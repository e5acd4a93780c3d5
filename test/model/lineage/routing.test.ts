import { describe, expect, it } from 'vitest';
import {
  firstRouting,
  preferred,
  withActive,
  withPreferred,
  withTarget,
} from '../../../model/lineage/routing.ts';

const moved = withTarget(firstRouting('x'), 'x', 'y');

describe('routing metadata', () => {
  it('prefers the target of a move for what is new, and asks the owner first', () => {
    expect(moved).toEqual({
      active: { cell: 'x', merit: 1 },
      alternate: { cell: 'y', merit: 2 },
    });
    expect(preferred(moved)).toBe('y');
    expect(preferred(firstRouting('x'))).toBe('x');
  });

  it('is set right without a change of merits', () => {
    const right = withActive(moved, 'y');
    expect(right.active).toEqual({ cell: 'y', merit: 2 });
    expect(preferred(right)).toBe('y');
    expect(withActive(right, 'y')).toBe(right);
    expect(withActive(right, 'elsewhere')).toBe(right);
  });

  it('is rolled back by a swap of merits', () => {
    const back = withPreferred(moved, 'x');
    expect(preferred(back)).toBe('x');
    expect(back.active.cell).toBe('x');
    expect(withPreferred(back, 'x')).toBe(back);
    expect(withPreferred(moved, 'elsewhere')).toBe(moved);
    const first = firstRouting('x');
    expect(withPreferred(first, 'x')).toBe(first);
  });

  it('keeps the merit of an owner that moves on to a third cell', () => {
    const third = withTarget(withActive(moved, 'y'), 'y', 'z');
    expect(third).toEqual({
      active: { cell: 'y', merit: 2 },
      alternate: { cell: 'z', merit: 3 },
    });
  });
});
