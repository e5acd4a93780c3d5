// A fit for people: what was found, how far off each run is, what to do next.
import { timeText } from '../spread-text.ts';
import { adviceOf, type DriveFit } from './fit-drive.ts';
import { labelOf } from './measured.ts';
import { dieShape, readTimes, variationOf } from './read-model.ts';

const runWidth = 44;

/** The lines. */
export function fitText(fit: DriveFit): string {
  const { drive, residuals } = fit;
  const { read, single, writes } = drive;
  const { dieNs, delayNs } = readTimes(read, single);
  const variation = Math.sqrt(variationOf(dieShape(read, single))).toFixed(2);
  const lines = [
    `reads   controller ${timeText(read.controllerNs)}, ${read.dieCount} dies of ` +
      `${timeText(dieNs)} (cv ${variation}), reply ${timeText(delayNs)}, ` +
      `host ${timeText(single.submitNs)}`,
    `writes  controller ${timeText(writes.controllerNs)}, acknowledged in ` +
      `${timeText(writes.ackNs)}${writes.isMeasured ? '' : ' (assumed)'}`,
    `limits  ${rateText(drive.readBytesPerSec)} reading, ${rateText(writes.bytesPerSec)} writing`,
    '',
    `${'run'.padEnd(runWidth)}${'measured'.padStart(12)}${'simulated'.padStart(12)}` +
      `${'error'.padStart(9)}${'left out'.padStart(10)}`,
  ];
  for (const { point, iops, error, leftOutError, isFitted } of residuals) {
    lines.push(
      `${labelOf(point)
        .slice(0, runWidth - 1)
        .padEnd(runWidth)}` +
        `${point.iops.toFixed(0).padStart(12)}${iops.toFixed(0).padStart(12)}` +
        `${percentText(error).padStart(9)}` +
        `${(leftOutError === null ? '' : percentText(leftOutError)).padStart(10)}` +
        `${isFitted ? '' : '  not fitted'}`,
    );
  }
  lines.push('', ...adviceOf(fit).map((line) => `advice: ${line}`));
  return `${lines.join('\n')}\n`;
}

function percentText(share: number): string {
  return `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)} %`;
}

function rateText(bytesPerSec: number | null): string {
  return bytesPerSec === null ? 'nothing known' : `${(bytesPerSec / 1e6).toFixed(0)} MB/s`;
}
