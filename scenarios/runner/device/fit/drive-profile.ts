// A fitted drive as the text of a profile: every number with its source, every run as a validation
// point that the numbers were fitted to.
import { blockBytes } from '../driven-device.ts';
import type { DriveFit, Residual } from './fit-drive.ts';
import { fittedSpec } from './fit-spec.ts';
import { depthOf, type MeasuredPoint } from './measured.ts';
import type { Source } from './sourced.ts';
import { allSourced, profileText, sourced } from './sourced.ts';

const refLengthMax = 300;

/** The text of the profile. */
export function driveProfile(fit: DriveFit, points: readonly MeasuredPoint[]): string {
  const { drive } = fit;
  const spec = fittedSpec(drive);
  const { medium } = spec;
  if (medium.kind !== 'ssd') throw new Error(`fitted a drive of kind ${medium.kind}`);
  const { flash, controller, buffer, cleaning, capacityBytes } = medium.drive;
  const fitted: Source = { src: 'fit', ref: refsOf(points) };
  const guess: Source = { src: 'assumed', note: 'a sweep of fio does not tell' };
  const { isMeasured, isFlushMeasured } = drive.writes;
  const written = isMeasured ? fitted : guess;
  const flushed = isFlushMeasured ? fitted : guess;
  const { linkBytesPerSec: _, ...front } = spec.front;
  const profile = {
    schema: 'blockdev-profile/1',
    id: spec.id,
    summary: spec.summary,
    kind: 'ssd',
    blockCount: sourced(Math.floor(capacityBytes / blockBytes), guess),
    host: {
      queueCount: sourced(spec.host.queueCount, guess),
      submitNs: sourced(spec.host.submitNs, fitted),
      ioSectorCountMax: sourced(spec.host.ioSectorCountMax, guess),
      nomerges: sourced(spec.host.nomerges, guess),
      scheduler: spec.host.scheduler,
    },
    front: { ...(allSourced(front, guess) as object), linkBytesPerSec: null },
    guarantees: allSourced(spec.guarantees, guess),
    medium: {
      capacityBytes: sourced(capacityBytes, guess),
      flash: {
        ...(allSourced(flash, guess) as object),
        dieCount: sourced(flash.dieCount, fitted),
        readNs: sourced(flash.readNs, fitted),
        readShape: sourced(flash.readShape, fitted),
      },
      controller: {
        readNs: sourced(controller.readNs, fitted),
        writeNs: sourced(controller.writeNs, written),
        readBytesPerSec: orNull(controller.readBytesPerSec, fitted),
        writeBytesPerSec: orNull(controller.writeBytesPerSec, fitted),
        replyNs: sourced(controller.replyNs, fitted),
      },
      buffer: {
        ...(allSourced(buffer, guess) as object),
        ackNs: sourced(buffer.ackNs, written),
        flushNs: sourced(buffer.flushNs, flushed),
        mapCommitNs: sourced(buffer.mapCommitNs, flushed),
      },
      cleaning: allSourced(cleaning, guess),
      slc: null,
      stalls: null,
    },
    isFull: false,
    validation: fit.residuals.flatMap((residual) => validationOf(residual, spec.host.submitNs)),
  };
  return profileText(profile);
}

function orNull(value: number | null, source: Source) {
  return value === null ? null : sourced(value, source);
}

/** The files, each once. */
export function refsOf(points: readonly MeasuredPoint[]): string {
  const text = [...new Set(points.map(({ ref }) => ref))].join('; ');
  return text.length <= refLengthMax ? text : `${text.slice(0, refLengthMax - 3)}...`;
}

/** What a profile can hold of a run: its blocks are of 4 KiB, at least. */
function validationOf({ point, error, isFitted }: Residual, submitNs: number): object[] {
  const { op, isRandom, isMixed, sizeBytes, iodepth, numjobs, readPercent, fsyncEvery } = point;
  if (sizeBytes < blockBytes || (isMixed && op === 'write')) return [];
  const word = isMixed ? 'rw' : op;
  const share = isMixed ? readPercent / 100 : 1;
  const off = Math.abs(error);
  const load = {
    rw: isMixed && !isRandom ? 'rw' : `${isRandom ? 'rand' : ''}${word}`,
    bs: sizeBytes,
    iodepth,
    numjobs,
    ...(isMixed && { rwmixread: readPercent }),
    ...(fsyncEvery > 0 && { fsync: fsyncEvery }),
    ...(submitNs > 0 && { submitNs }),
    ios: Math.max(100, Math.round(20_000 / Math.max(1, sizeBytes / 16_384))),
    rampIos: Math.min(10_000, 4 * depthOf(point)),
  };
  return [
    {
      load,
      expect: { iops: Math.max(1, Math.round(point.iops / share)) },
      // What the fit did not reach is said, with a little room.
      ...(off > 0.04 && { tol: Math.min(1, Math.ceil(off * 120) / 100) }),
      role: isFitted ? 'fit' : 'holdout',
      ref: point.ref,
    },
  ];
}
