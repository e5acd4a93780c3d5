// What shipped profiles say of their media, for tests of those media.

import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import { assert } from '../../sim/assert.ts';
import type { MediumSpec } from '../../sim/index.ts';

/** The medium of a shipped device, which has to be of a kind. */
export function mediumSpec<Kind extends MediumSpec['kind']>(
  id: string,
  kind: Kind,
): Extract<MediumSpec, { readonly kind: Kind }> {
  const medium = deviceSpecs([id])[id]?.medium;
  assert(medium?.kind === kind, `device '${id}' is '${medium?.kind}', expected '${kind}'`);
  return medium as Extract<MediumSpec, { readonly kind: Kind }>;
}
