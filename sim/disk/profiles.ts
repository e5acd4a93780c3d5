// Devices as tables of numbers: what a command costs and what a power loss does to it.
//
//   command --> link (serial: rate, bandwidth) --> channel (channelCount in parallel) --> done
//               max(base, perBlock x n)            done at start + service
//                                                  free at start + busy
//
// A closed loop of N commands of one block reaches min(N / (link + service), channelCount / busy, 1
// / link). Busy exceeds service where an acknowledged write is still being programmed. Times are
// means: position of an arm, garbage collection and tails need a medium of their own, see
// device-spec.ts.
//
// Where a number is from is said beside it: `read` in the cited source, `derived` by arithmetic
// from one, or `assumed` with the reason.
import type { Ns } from '../units.ts';
import type { CrashPolicy } from './crash.ts';

/** Time for a command of n blocks: base + perBlock x n, in whole ns. */
export interface Cost {
  readonly baseNs: Ns;
  readonly perBlockNs: Ns;
}

/** What one kind of command costs. */
export interface OpCost {
  /** The serial front: the larger of base (command rate) and perBlock x n (bandwidth). */
  readonly link: Cost;
  /** From the start on a channel to the completion. */
  readonly service: Cost;
  /** From the start on a channel until the channel is free. */
  readonly busy: Cost;
}

/** Everything a table device needs to know of the device it imitates. */
export interface DeviceProfile {
  /** One sentence for listings: what it imitates. */
  readonly summary: string;
  /** Commands in service at once; more wait in order of arrival. */
  readonly hwDepth: number;
  /** Commands served in parallel by the medium. */
  readonly channelCount: number;
  /**
   * `volatile`: a completed write can be lost until it is flushed. `protected`: the cache survives
   * power loss. `none`: a write completes on stable media.
   */
  readonly cache: 'volatile' | 'protected' | 'none';
  /** The most versions a volatile cache holds before it writes the oldest back; 0 without one. */
  readonly cacheBlockCountMax: number;
  /** What a power loss may do to versions that are not durable. */
  readonly crashPolicy: CrashPolicy;
  readonly ops: {
    readonly read: OpCost;
    readonly write: OpCost;
    readonly forcedWrite: OpCost;
  };
  /** A flush, after the channels are idle: base + perBlock x cached blocks. */
  readonly flush: Cost;
}

const free: Cost = { baseNs: 0, perBlockNs: 0 };

// Samsung PM9A3 1.92 TB, measured with fio (vitastor docs/performance/bench2.en.md, read): one
// thread QD1 read 14.7 k, write 60 k IOPS; four threads QD128 read 750 k, write 525 k IOPS; linear
// read 3300 MB/s.
const pm9a3Read: OpCost = {
  // Derived: 4096 B / 3300 MB/s.
  link: { baseNs: 0, perBlockNs: 1_241 },
  // Derived: 1 / 14.7 k - link. No cost per block: assumed, a large read is striped over the dies.
  service: { baseNs: 66_786, perBlockNs: 0 },
  // Derived: 50 channels / 750 k IOPS, the channel count being 750 k x service.
  busy: { baseNs: 66_667, perBlockNs: 0 },
};
const pm9a3Write: OpCost = {
  // Derived: 1 / 525 k; as bandwidth 2150 MB/s, above the 1000-2000 MB/s measured for linear
  // writes.
  link: { baseNs: 0, perBlockNs: 1_905 },
  // Derived: 1 / 60 k - link.
  service: { baseNs: 14_762, perBlockNs: 0 },
  busy: { baseNs: 14_762, perBlockNs: 0 },
};

// Samsung 980 1 TB without DRAM (guru3d samsung-980-1tb page 2, read): QD1 read 17 k, write 54 k
// IOPS; QD32 read 500 k, write 480 k; linear 3500 and 3000 MB/s.
const ssd980Write: OpCost = {
  // Derived: 4096 B / 3000 MB/s.
  link: { baseNs: 0, perBlockNs: 1_365 },
  // Derived: 1 / 54 k - link.
  service: { baseNs: 17_154, perBlockNs: 0 },
  // Derived: 29 channels / 480 k; the acknowledged write is still being programmed.
  busy: { baseNs: 60_417, perBlockNs: 0 },
};
// A drive without power-loss protection does 1000-2000 writes with fsync a second (vitastor
// docs/intro/understanding.en.md, read). Derived: 1 / 1500 - link and busy of
// one write, which a flush waits for.
const ssd980FlushNs = 605_000;

const nullOp: OpCost = {
  link: free,
  // Assumed: just enough that cause and effect are never at one instant.
  service: { baseNs: 1_000, perBlockNs: 0 },
  busy: free,
};

/** The devices known by name. */
export const deviceProfiles = {
  'nvme-plp': {
    summary: 'data-centre NVMe drive with power-loss protection (Samsung PM9A3 1.92 TB)',
    // Assumed: what a host keeps in flight; the NVMe limit of 64 k is never the bottleneck.
    hwDepth: 1024,
    channelCount: 50,
    cache: 'protected',
    cacheBlockCountMax: 0,
    crashPolicy: 'all',
    ops: { read: pm9a3Read, write: pm9a3Write, forcedWrite: pm9a3Write },
    // Assumed: a protected cache has nothing to drain, so a flush is a round trip like a write.
    flush: { baseNs: 15_000, perBlockNs: 0 },
  },
  'nvme-consumer': {
    summary: 'desktop NVMe drive with a volatile write cache (Samsung 980 1 TB)',
    hwDepth: 1024,
    channelCount: 29,
    cache: 'volatile',
    // Assumed: 64 MiB, the host memory buffer a drive without DRAM asks for.
    cacheBlockCountMax: 16_384,
    crashPolicy: 'any',
    ops: {
      read: {
        // Derived: 4096 B / 3500 MB/s.
        link: { baseNs: 0, perBlockNs: 1_170 },
        // Derived: 1 / 17 k - link.
        service: { baseNs: 57_654, perBlockNs: 0 },
        // Derived: 29 channels / 500 k.
        busy: { baseNs: 58_000, perBlockNs: 0 },
      },
      write: ssd980Write,
      // Assumed: forcing one write costs what flushing it costs, the mapping is committed either
      // way.
      forcedWrite: {
        link: ssd980Write.link,
        service: { baseNs: ssd980Write.service.baseNs + ssd980FlushNs, perBlockNs: 0 },
        busy: { baseNs: ssd980Write.service.baseNs + ssd980FlushNs, perBlockNs: 0 },
      },
    },
    flush: { baseNs: ssd980FlushNs, perBlockNs: 0 },
  },
  null: {
    summary: 'no medium at all: constant 1 us, unlimited rate, durable at once',
    hwDepth: 1024,
    channelCount: 1,
    cache: 'none',
    cacheBlockCountMax: 0,
    crashPolicy: 'all',
    ops: { read: nullOp, write: nullOp, forcedWrite: nullOp },
    flush: { baseNs: 1_000, perBlockNs: 0 },
  },
} as const satisfies Record<string, DeviceProfile>;
