// The devices of one world, by the names that a spec gives them.
import {
  assert,
  cutOffBlocks,
  type Device,
  type DeviceSpec,
  makeDevice,
  mixText,
  type World,
} from '../sim/index.ts';
import type { ClusterSpec } from './cluster-spec.ts';

/** Seeds of devices that the choices of a world tell apart. */
const deviceSeedCount = 1_073_741_824;

/** Makes the devices of one world. */
export class Devices {
  readonly #specs: ClusterSpec['devices'];
  readonly #seed: number;

  constructor(world: World, spec: ClusterSpec) {
    this.#specs = spec.devices;
    const used = new Set([spec.authority.device, ...spec.hosts.map(({ device }) => device)]);
    if (spec.archive !== undefined) used.add(spec.archive.device);
    // One choice for all devices, and none where chance has no say: who enumerates the ways that
    // choices can go picks such devices.
    const hasChance = [...used].some((name) => isDrawing(this.#of(name)));
    const { choices } = world.parts;
    this.#seed = hasChance ? choices.choose('device.seed', deviceSeedCount, 'device seeds') : 0;
  }

  make(nodeId: string, name: string, blockCount: number): Device {
    return makeDevice(this.#of(name), { blockCount, seed: mixText(this.#seed, nodeId) >>> 0 });
  }

  /** What a device may leave of a block that it was writing when the power went. */
  cutOffAs(name: string): ReturnType<typeof cutOffBlocks> {
    return cutOffBlocks(this.#of(name).guarantees);
  }

  #of(name: string): DeviceSpec {
    const known = Object.keys(this.#specs).join(', ');
    assert(Object.hasOwn(this.#specs, name), `unknown device '${name}'; known: ${known}`);
    return this.#specs[name] as DeviceSpec;
  }
}

/** Whether a device draws its times; those of an arm and of a table follow from the requests. */
function isDrawing({ medium }: DeviceSpec): boolean {
  return medium.kind !== 'hdd' && medium.kind !== 'table';
}
