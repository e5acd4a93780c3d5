// The accuracy card: every gate computed now, by this program, on this machine.
import type { DeviceProfileFile } from '../profile.ts';
import { cleaningRows } from './cleaning.ts';
import { closedForms } from './closed-forms.ts';
import { crashRows } from './crash-images.ts';
import { diskLaws } from './disk-laws.ts';
import type { AccuracyCard, GateName, GateRow, MeasuredCurve } from './gate.ts';
import { publishedPoints } from './published-points.ts';
import { realDisks } from './real-disks.ts';
import { roundTrip } from './round-trip.ts';
import { speedRow } from './speed.ts';
import { volumeTables } from './volume-tables.ts';

/** What a card is made of. */
export interface CardOptions {
  /** The gates to compute; all of them when missing. */
  readonly gates?: readonly GateName[];
  /** Where `disksim/` may be. */
  readonly dataFolder: string;
  readonly profiles: readonly DeviceProfileFile[];
  /** A wall clock, for the speed only. */
  nowMs(): number;
  /** Told of each gate before it begins. */
  progress?(gate: GateName): void;
  /** 1 is what the tolerances were made for; less is quicker, and a test of the card itself. */
  readonly effort?: number;
}

/** Computes the card. */
export function accuracyCard(options: CardOptions): AccuracyCard {
  const { effort = 1, dataFolder, profiles, nowMs } = options;
  const count = (full: number) => Math.max(200, Math.round(full * effort));
  const curves: MeasuredCurve[] = [];
  const absent: Partial<Record<GateName, string>> = {};
  const measured: Readonly<Record<GateName, () => readonly GateRow[]>> = {
    G1: () => [
      ...closedForms({ openCount: count(1_000_000), closedCount: count(400_000) }),
      ...diskLaws(profiles, count(3_000)),
    ],
    G2: () => volumeTables(count(20_000)),
    G3: () => {
      const disks = realDisks(dataFolder);
      if (disks === null) absent.G3 = 'data absent';
      curves.push(...(disks?.curves ?? []));
      return disks?.rows ?? [];
    },
    G4: () =>
      profiles.flatMap((profile) =>
        publishedPoints(profile, effort < 1 ? { countMax: count(100_000) } : {}),
      ),
    G5: () => cleaningRows(2 * Math.min(1, effort)),
    G6: () => crashRows(),
    G7: () => [speedRow(count(1_000_000), nowMs)],
    G8: () => roundTripRows(count(6_000)),
  };
  const rows: GateRow[] = [];
  for (const gate of options.gates ?? (Object.keys(measured) as GateName[])) {
    options.progress?.(gate);
    rows.push(...measured[gate]());
  }
  return { rows, curves, absent };
}

function roundTripRows(requestCount: number): GateRow[] {
  return roundTrip(requestCount).map(({ name, expected, found }) => ({
    gate: 'G8',
    what: `${name} from its own report`,
    expected,
    found,
    tolerance: 0.05,
    unit: name.includes('B/s') ? 'B/s' : name === 'dies' ? 'dies' : 'ns',
  }));
}
