import type { Shell } from './shell.ts';

/** The shell of this process. Signals end the work after the run that is under way. */
export function processShell(): Shell {
  let signal: 130 | 143 | null = null;
  let listening = false;
  const listen = () => {
    if (listening) return;
    listening = true;
    // Once: a second signal of a kind ends the process at once, as usual.
    process.once('SIGINT', () => {
      signal = 130;
    });
    process.once('SIGTERM', () => {
      signal = 143;
    });
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe had enough: `stormcell run ... | head`.
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTty: process.stdout.isTTY === true,
    plain: process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '',
    nowMs: () => Date.now(),
    interrupted: () => {
      listen();
      return new Promise((resolve) => setImmediate(() => resolve(signal)));
    },
    meta: { node: process.version, platform: `${process.platform}-${process.arch}` },
    loadEngine: async () => (await import('./engine.ts')).engine,
  };
}
