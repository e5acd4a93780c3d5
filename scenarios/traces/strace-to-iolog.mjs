// Turns `strace -f -ttt -y -s 0 -o FILE` of a program into an fio iolog (version 3) with one file.
//
// Model: every read and write that the program asks of the kernel is a block request at the moment
// the call began; fsync and fdatasync are flushes. A file is an extent of one volume: extents lie
// one after another, in the order of first use, each as long as the highest byte touched, rounded
// up to 4 KiB. A renamed file keeps its extent (a write-ahead log recycles its segments so); a
// removed one gives its extent to nobody. Requests are widened to whole 4 KiB blocks.
// Not modelled: the page cache (a device below one sees fewer reads and later writes), the file
// system's own metadata and journal, and sync_file_range, which starts write-back but makes nothing
// durable.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const blockBytes = 4096;
const usPerSec = 1_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    start: { type: 'string' },
    seconds: { type: 'string' },
    name: { type: 'string', default: 'data' },
  },
});
const [input, output] = positionals;
if (!values.root || !values.start || !values.seconds || !input || !output) {
  console.error(
    'usage: strace-to-iolog.mjs --root DIR --start EPOCH_SEC --seconds N [--name NAME] IN OUT',
  );
  process.exit(2);
}

const calls = joinedCalls(readFileSync(input, 'utf8'));
const { requests, ignored } = requestsOf(calls, `${values.root}/`);
const startUs = usOf(values.start);
const windowUs = Number(values.seconds) * usPerSec;
const inside = requests.filter((r) => r.atUs >= startUs && r.atUs < startUs + windowUs);
const { lines, footprintBytes, fileCount } = iologOf(inside, startUs, values.name);
writeFileSync(output, `${lines.join('\n')}\n`);
report();

/** One entry a finished call, at the time it began; a cut line joins its `resumed` line. */
function joinedCalls(text) {
  const pending = new Map();
  const found = [];
  for (const line of text.split('\n')) {
    const head = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line);
    if (!head) continue;
    const [, pid, at, rest] = head;
    const cut = / ?<unfinished \.\.\.>$/.exec(rest);
    if (cut) {
      pending.set(pid, { atUs: usOf(at), begun: rest.slice(0, cut.index) });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    if (!resumed) {
      found.push({ pid, atUs: usOf(at), call: rest });
      continue;
    }
    const first = pending.get(pid);
    pending.delete(pid);
    if (first)
      found.push({ pid, atUs: first.atUs, call: first.begun + rest.slice(resumed[0].length) });
  }
  return found;
}

/** Reads, writes and flushes of files below `root`; plain read and write follow the position. */
function requestsOf(finished, root) {
  const positions = new Map();
  const files = fileTable(root);
  const found = [];
  const ignored = { syncFileRange: 0, emptyOrFailed: 0 };
  for (const { pid, atUs, call } of finished) {
    const parts = /^(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?/.exec(call);
    if (!parts) continue;
    const [, name, args, resultText, openedPath] = parts;
    const result = Number(resultText);
    if (name === 'open' || name === 'openat') {
      if (openedPath?.startsWith(root)) positions.set(`${pid} ${result}`, 0);
      continue;
    }
    if (name === 'rename' || name === 'unlink') {
      const names = [...args.matchAll(/"(.*?)"/g)].map((match) => match[1]);
      if (result === 0) files[name](...names);
      continue;
    }
    const target = /^(\d+)<(.*?)>/.exec(args);
    if (!target?.[2].startsWith(root)) continue;
    const fd = target[1];
    const file = files.at(target[2]);
    const key = `${pid} ${fd}`;
    const last = /, (?:0x)?(\d+)$/.exec(args)?.[1];
    if (name === 'lseek') positions.set(key, result);
    else if (name === 'sync_file_range') ignored.syncFileRange += 1;
    else if (name === 'fsync') found.push({ atUs, op: 'sync', file, start: 0, length: 0 });
    else if (name === 'fdatasync') found.push({ atUs, op: 'datasync', file, start: 0, length: 0 });
    else if (name !== 'close') {
      const isPositioned = name.startsWith('p');
      const start = isPositioned ? Number(last) : (positions.get(key) ?? 0);
      if (result <= 0) {
        ignored.emptyOrFailed += 1;
        continue;
      }
      if (!isPositioned) positions.set(key, start + result);
      found.push({
        atUs,
        op: name.includes('read') ? 'read' : 'write',
        file,
        start,
        length: result,
      });
    }
  }
  return { requests: found.sort((a, b) => a.atUs - b.atUs), ignored };
}

/** Which file a path means now: a number that outlives renames. Relative paths start at `root`. */
function fileTable(root) {
  const byPath = new Map();
  let fileCount = 0;
  const whole = (path) => (path.startsWith('/') ? path : root + path);
  const at = (path) => {
    if (!byPath.has(path)) {
      byPath.set(path, fileCount);
      fileCount += 1;
    }
    return byPath.get(path);
  };
  return {
    at,
    rename(source, target) {
      byPath.set(whole(target), at(whole(source)));
      byPath.delete(whole(source));
    },
    unlink: (path) => byPath.delete(whole(path)),
  };
}

/** Lays files out in one address space and writes the lines of the log. */
function iologOf(chosen, originUs, name) {
  const sizes = new Map();
  for (const r of chosen) {
    if (r.length === 0) continue;
    sizes.set(r.file, Math.max(sizes.get(r.file) ?? 0, roundUp(r.start + r.length)));
  }
  const starts = new Map();
  let next = 0;
  for (const [file, size] of sizes) {
    starts.set(file, next);
    next += size;
  }
  const lines = ['fio version 3 iolog', `0 ${name} add`, `0 ${name} open`];
  let lastUs = 0;
  for (const r of chosen) {
    lastUs = r.atUs - originUs;
    if (r.length === 0) {
      lines.push(`${lastUs} ${name} ${r.op} 0 0`);
      continue;
    }
    const begin = Math.floor(r.start / blockBytes) * blockBytes;
    const length = roundUp(r.start + r.length) - begin;
    lines.push(`${lastUs} ${name} ${r.op} ${starts.get(r.file) + begin} ${length}`);
  }
  lines.push(`${lastUs} ${name} close`);
  return { lines, footprintBytes: next, fileCount: sizes.size };
}

function report() {
  const totals = new Map();
  for (const line of lines.slice(3, -1)) {
    const [, , op, , length] = line.split(' ');
    const total = totals.get(op) ?? { count: 0, bytes: 0 };
    totals.set(op, { count: total.count + 1, bytes: total.bytes + Number(length) });
  }
  for (const [op, { count, bytes }] of totals)
    console.log(`${op}: ${count} operations, ${bytes} bytes`);
  console.log(`footprint: ${footprintBytes} bytes in ${fileCount} files`);
  console.log(
    `left out: ${ignored.syncFileRange} sync_file_range, ` +
      `${ignored.emptyOrFailed} empty or failed calls`,
  );
}

function roundUp(bytes) {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

/** Microseconds of a decimal number of seconds, exact: an epoch time needs all its digits. */
function usOf(secText) {
  const [whole, fraction = ''] = secText.split('.');
  return Number(whole) * usPerSec + Number(fraction.padEnd(6, '0').slice(0, 6));
}
