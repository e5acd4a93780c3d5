// The options of fio that say something about the load of a device, and those that do not.
// Names and aliases as `fio --cmdhelp=all` of fio 3.33 lists them.
import { nsPerSec, nsPerUs, unreachable } from '../../../sim/index.ts';
import type { FioBlockSize, FioDirection, FioDistribution, FioExtent, FioJob } from './fio-job.ts';
import {
  type FioValue,
  fioFlag,
  fioInteger,
  fioSize,
  fioTime,
  perDirection,
} from './fio-values.ts';

/** What an option changes in a job. */
export type FioChange = FioValue<Partial<FioJob>>;

/** How a value is read. */
export interface FioContext {
  readonly job: FioJob;
  readonly kbBase: 1000 | 1024;
}

type ReadOption = (text: string, context: FioContext) => FioChange;

function changed<T>(value: FioValue<T>, change: (value: T) => Partial<FioJob>): FioChange {
  return value.ok ? { ok: true, value: change(value.value) } : value;
}

const countMax = 4_294_967_295;

function integer(
  change: (value: number) => Partial<FioJob>,
  { min = 0, max = countMax }: { readonly min?: number; readonly max?: number } = {},
): ReadOption {
  return (text) => changed(fioInteger(text, { min, max }), change);
}

function flag(change: (value: boolean) => Partial<FioJob>): ReadOption {
  return (text) => changed(fioFlag(text), change);
}

function time(bareNs: number, change: (valueNs: number) => Partial<FioJob>): ReadOption {
  return (text) => changed(fioTime(text, bareNs), change);
}

function extent(change: (value: FioExtent) => Partial<FioJob>): ReadOption {
  return (text, { kbBase }) => {
    const percent = /^(\d+)%$/.exec(text.trim());
    if (percent === null) return changed(fioSize(text, kbBase), (bytes) => change({ bytes }));
    const share = Number(percent[1]);
    return share <= 100
      ? { ok: true, value: change({ percent: share }) }
      : { ok: false, expected: `at most 100%, found '${text}'` };
  };
}

const directions: ReadonlyMap<string, { direction: FioDirection; isRandom: boolean }> = new Map([
  ['read', { direction: 'read', isRandom: false }],
  ['write', { direction: 'write', isRandom: false }],
  ['rw', { direction: 'mixed', isRandom: false }],
  ['readwrite', { direction: 'mixed', isRandom: false }],
  ['trim', { direction: 'trim', isRandom: false }],
  ['trimwrite', { direction: 'trimwrite', isRandom: false }],
  ['randread', { direction: 'read', isRandom: true }],
  ['randwrite', { direction: 'write', isRandom: true }],
  ['randrw', { direction: 'mixed', isRandom: true }],
  ['randtrim', { direction: 'trim', isRandom: true }],
  ['randtrimwrite', { direction: 'trimwrite', isRandom: true }],
]);

const readDirection: ReadOption = (text) => {
  const [word = '', count, ...rest] = text.trim().split(':');
  const known = directions.get(word);
  if (known === undefined || rest.length > 0) {
    return { ok: false, expected: `one of ${[...directions.keys()].join(', ')}, found '${text}'` };
  }
  if (count === undefined) return { ok: true, value: { ...known, sequentialCount: 1 } };
  return changed(fioInteger(count, { min: 1, max: countMax }), (sequentialCount) => ({
    ...known,
    sequentialCount,
  }));
};

const readBlockSizes: ReadOption = (text, { job, kbBase }) =>
  changed(
    perDirection<readonly FioBlockSize[]>(text, job.blockSizes, (part) => oneSize(part, kbBase)),
    (blockSizes) => ({ blockSizes }),
  );

function oneSize(text: string, kbBase: 1000 | 1024): FioValue<readonly FioBlockSize[]> {
  const size = fioSize(text, kbBase);
  if (!size.ok) return size;
  if (size.value === 0) return { ok: false, expected: "a block size above 0, found '0'" };
  return { ok: true, value: [{ sizeBytes: size.value, percent: 100 }] };
}

/** `4k/60:64k/40`; sizes without percent share what is left. */
function splitSizes(text: string, kbBase: 1000 | 1024): FioValue<readonly FioBlockSize[]> {
  const sizes: { sizeBytes: number; percent: number | undefined }[] = [];
  for (const part of text.split(':')) {
    const [sizeText = '', percentText = ''] = part.split('/');
    const size = oneSize(sizeText, kbBase);
    if (!size.ok) return size;
    const percent = fioInteger(percentText === '' ? '0' : percentText, { min: 0, max: 100 });
    if (!percent.ok) return percent;
    sizes.push({
      sizeBytes: size.value[0]!.sizeBytes,
      percent: percentText === '' ? undefined : percent.value,
    });
  }
  const given = sizes.reduce((sum, { percent }) => sum + (percent ?? 0), 0);
  const openCount = sizes.filter(({ percent }) => percent === undefined).length;
  if (given > 100 || (openCount === 0 && given !== 100)) {
    return { ok: false, expected: `percents that add up to 100, found ${given} in '${text}'` };
  }
  const each = openCount === 0 ? 0 : (100 - given) / openCount;
  return {
    ok: true,
    value: sizes.map(({ sizeBytes, percent }) => ({ sizeBytes, percent: percent ?? each })),
  };
}

const readSplit: ReadOption = (text, { job, kbBase }) =>
  changed(
    perDirection<readonly FioBlockSize[]>(text, job.blockSizes, (part) => splitSizes(part, kbBase)),
    (blockSizes) => ({ blockSizes }),
  );

const readRates: ReadOption = (text, { job }) =>
  changed(
    perDirection(text, job.rateIops, (part) => fioInteger(part, { min: 0, max: countMax })),
    (rateIops) => ({ rateIops }),
  );

/** fio's defaults when no number follows: zipf 1.1, pareto 0.2. */
const readDistribution: ReadOption = (text) => {
  const [kind = '', number] = text.trim().split(':');
  const value = number === undefined ? undefined : Number(number);
  const isNumber = value === undefined || (number !== '' && value >= 0 && value < 1e6);
  const found = (distribution: FioDistribution): FioChange => ({
    ok: true,
    value: { distribution },
  });
  if (isNumber) {
    if (kind === 'random' && value === undefined) return found({ kind: 'uniform' });
    if (kind === 'zipf' && value !== 1) return found({ kind, theta: value ?? 1.1 });
    if (kind === 'pareto' && (value ?? 0.2) <= 1) return found({ kind, h: value ?? 0.2 });
    if (kind === 'normal' && value !== undefined && value <= 100) {
      return found({ kind, deviationPercent: value });
    }
  }
  const expected = 'random, zipf:THETA (not 1), pareto:H (0 to 1) or normal:PERCENT';
  return { ok: false, expected: `${expected}, found '${text}'` };
};

/** TABLE of the options that shape the load, by fio's name. */
export const fioOptions = {
  rw: readDirection,
  bs: readBlockSizes,
  bssplit: readSplit,
  iodepth: integer((iodepth) => ({ iodepth }), { min: 1, max: 1_048_576 }),
  numjobs: integer((numjobs) => ({ numjobs }), { min: 1, max: 65_536 }),
  loops: integer((loops) => ({ loops }), { min: 1 }),
  runtime: time(nsPerSec, (runtimeNs) => ({ runtimeNs })),
  time_based: flag((isTimeBased) => ({ isTimeBased })),
  ramp_time: time(nsPerSec, (rampNs) => ({ rampNs })),
  size: extent((size) => ({ size })),
  offset: extent((offset) => ({ offset })),
  io_size: extent((ioSize) => ({ ioSize })),
  number_ios: integer((requestCount) => ({ requestCount })),
  rwmixread: integer((readPercent) => ({ readPercent }), { max: 100 }),
  rwmixwrite: integer((percent) => ({ readPercent: 100 - percent }), { max: 100 }),
  fsync: integer((fsyncEvery) => ({ fsyncEvery })),
  fdatasync: integer((fdatasyncEvery) => ({ fdatasyncEvery })),
  sync: (text) =>
    ['none', 'sync', 'dsync'].includes(text.trim())
      ? { ok: true, value: { isSync: text.trim() !== 'none' } }
      : changed(fioFlag(text), (isSync) => ({ isSync })),
  rate_iops: readRates,
  thinktime: time(nsPerUs, (thinktimeNs) => ({ thinktimeNs })),
  thinktime_blocks: integer((thinktimeBlocks) => ({ thinktimeBlocks }), { min: 1 }),
  random_distribution: readDistribution,
  randseed: (text) =>
    /^\d+$/.test(text.trim())
      ? { ok: true, value: { randseed: text.trim() } }
      : { ok: false, expected: `an integer, found '${text}'` },
  direct: flag((isDirect) => ({ isDirect })),
  buffered: flag((isBuffered) => ({ isDirect: !isBuffered })),
  stonewall: flag((isStonewall) => ({ isStonewall })),
} as const satisfies Record<string, ReadOption>;

/** Other names of the options above. */
const fioAliases: ReadonlyMap<string, keyof typeof fioOptions> = new Map([
  ['readwrite', 'rw'],
  ['blocksize', 'bs'],
  ['timeout', 'runtime'],
  ['fileoffset', 'offset'],
  ['io_limit', 'io_size'],
  ['wait_for_previous', 'stonewall'],
]);

/** The option that a name stands for, if it shapes the load. */
export function fioOption(name: string): keyof typeof fioOptions | undefined {
  if (Object.hasOwn(fioOptions, name)) return name as keyof typeof fioOptions;
  return fioAliases.get(name);
}

/** The options that make this job of fio's defaults, for a report that repeats them. */
export function fioOptionsOf(job: FioJob): Record<string, string> {
  const options: Record<string, string> = { rw: directionText(job), bs: sizesText(job) };
  const isSplit = job.blockSizes.read.length > 1 || job.blockSizes.write.length > 1;
  if (isSplit) {
    delete options.bs;
    options.bssplit = `${splitText(job.blockSizes.read)},${splitText(job.blockSizes.write)}`;
  }
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== plainOptions.get(name)) options[name] = value;
  };
  set('iodepth', String(job.iodepth));
  set('numjobs', String(job.numjobs));
  set('loops', String(job.loops));
  set('size', extentText(job.size));
  set('offset', extentText(job.offset));
  set('io_size', extentText(job.ioSize));
  set('number_ios', job.requestCount?.toString());
  set('runtime', job.runtimeNs === undefined ? undefined : `${job.runtimeNs / nsPerUs}us`);
  set('time_based', job.isTimeBased ? '1' : '0');
  set('ramp_time', `${job.rampNs / nsPerUs}us`);
  set('rwmixread', String(job.readPercent));
  set('fsync', String(job.fsyncEvery));
  set('fdatasync', String(job.fdatasyncEvery));
  set('sync', job.isSync ? '1' : '0');
  set('rate_iops', `${job.rateIops.read},${job.rateIops.write}`);
  set('thinktime', `${job.thinktimeNs / nsPerUs}us`);
  set('thinktime_blocks', String(job.thinktimeBlocks));
  set('random_distribution', distributionText(job.distribution));
  set('randseed', job.randseed);
  set('direct', job.isDirect ? '1' : '0');
  set('stonewall', job.isStonewall ? '1' : '0');
  return options;
}

/** What the options above say by default: they are left out then. */
const plainOptions: ReadonlyMap<string, string> = new Map([
  ['iodepth', '1'],
  ['numjobs', '1'],
  ['loops', '1'],
  ['time_based', '0'],
  ['ramp_time', '0us'],
  ['rwmixread', '50'],
  ['fsync', '0'],
  ['fdatasync', '0'],
  ['sync', '0'],
  ['rate_iops', '0,0'],
  ['thinktime', '0us'],
  ['thinktime_blocks', '1'],
  ['random_distribution', 'random'],
  ['direct', '0'],
  ['stonewall', '0'],
]);

function directionText({ direction, isRandom, sequentialCount }: FioJob): string {
  const word = direction === 'mixed' ? 'rw' : direction;
  const suffix = sequentialCount === 1 ? '' : `:${sequentialCount}`;
  return `${isRandom ? 'rand' : ''}${word}${suffix}`;
}

function sizesText({ blockSizes: { read, write } }: FioJob): string {
  return `${read[0]!.sizeBytes},${write[0]!.sizeBytes}`;
}

function splitText(sizes: readonly FioBlockSize[]): string {
  return sizes.map(({ sizeBytes, percent }) => `${sizeBytes}/${percent}`).join(':');
}

function extentText(value: FioExtent | undefined): string | undefined {
  if (value?.percent !== undefined) return `${value.percent}%`;
  return value?.bytes?.toString();
}

function distributionText(distribution: FioDistribution): string {
  switch (distribution.kind) {
    case 'uniform':
      return 'random';
    case 'zipf':
      return `zipf:${distribution.theta}`;
    case 'pareto':
      return `pareto:${distribution.h}`;
    case 'normal':
      return `normal:${distribution.deviationPercent}`;
    default:
      return unreachable(distribution);
  }
}
