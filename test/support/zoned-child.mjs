// A child of `stormcell verify --torture` that runs `zonedRun` in place of a scenario; its seed is
// the tick at which the time zone is asked for.
import { writeFileSync } from 'node:fs';
import { probe } from '../../dist/scenarios/runner/probe.js';
import { createWorld } from '../../dist/sim/index.js';
import { zonedRun } from './zoned-run.mjs';

const order = JSON.parse(process.argv[2]);
if (order.seed === '13') throw new Error('this child has no luck');
const oddTick = Number(order.seed);
const answer = probe((watcher) => zonedRun({ createWorld, watcher, oddTick }), order.request);
writeFileSync(order.answerFile, JSON.stringify(answer));
