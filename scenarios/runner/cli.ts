#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { processShell } from './process-shell.ts';

// Never process.exit: it would cut off what is still on its way through a pipe.
process.exitCode = await runCommandLine(process.argv.slice(2), processShell());
