// What the arm does next, of the commands that wait for it and of what is to be written back.
//
//   fcfs     the one that came first
//   c-look   the next one upwards from the last sector, else the lowest
//   sptf     the shortest positioning time, less the age weight times the wait so far
//
// Ties go to the lower place in the line, and to a command before a segment.
import { AssertionError } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { Arm } from './arm.ts';
import { type SectorPlace, sectorPlace } from './geometry.ts';
import { noSegment, type Segments } from './segments.ts';
import type { HddSchedulingSpec, HddWriteBackSpec } from './spec.ts';
import { type WaitingCommand, type WaitingCommands, waitingCommand } from './waiting-commands.ts';

/** What the scheduler looks at. */
export interface Choices {
  readonly writeBack: HddWriteBackSpec | null;
  readonly arm: Arm;
  readonly line: WaitingCommands;
  readonly segments: Segments;
}

/** Sectors below the last one come after all above it. */
const wrapped = 4_503_599_627_370_496;

const placeFieldCount = 4;

/** Picks for one arm; what it picked is in `index` and `segment`. */
export class Scheduler {
  readonly #spec: HddSchedulingSpec;
  readonly #choices: Choices;
  readonly #command: WaitingCommand = waitingCommand();
  readonly #place: SectorPlace = sectorPlace();
  /** Where the line's choice is, unless `segment` was picked. */
  index = -1;
  segment = noSegment;
  /** The sector after the last one served. */
  lastSector = 0;
  #leastCost = 0;
  #phaseNs = 0;
  /** Where the dirty sectors of each segment begin: sector, cylinder, head, angle. */
  readonly #segmentPlaces: Float64Array;

  constructor(spec: HddSchedulingSpec, choices: Choices) {
    this.#spec = spec;
    this.#choices = choices;
    this.#segmentPlaces = new Float64Array(choices.segments.count * placeFieldCount).fill(-1);
  }

  /** Puts a command in the line. */
  add(command: WaitingCommand): void {
    this.#locate(command);
    this.#choices.line.add(command);
  }

  /**
   * Picks at an instant. Writes go before commands while they make room for blocked ones, or while
   * those up to `flushedOrder` are flushed; 0 is no flush.
   */
  pick(atNs: Ns, isBlocked: boolean, flushedOrder: number): void {
    const { writeBack, arm, line, segments } = this.#choices;
    this.index = -1;
    this.segment = noSegment;
    this.#leastCost = Number.POSITIVE_INFINITY;
    this.#phaseNs = arm.phaseNs(atNs);
    const { dirtyCount } = segments;
    const isFlushed = flushedOrder > 0;
    if (dirtyCount === 0 || writeBack === null) this.#pickCommand(atNs);
    else if (line.count === 0 || writeBack.isDrainedFirst || isFlushed) {
      this.#pickSegment(atNs, isFlushed ? flushedOrder : Number.MAX_SAFE_INTEGER);
    } else {
      this.#pickCommand(atNs);
      const isHigh = dirtyCount > writeBack.highShare * writeBack.segmentCountMax;
      if (isHigh || isBlocked) this.#pickSegment(atNs, Number.MAX_SAFE_INTEGER);
    }
    if (this.index === -1 && this.segment === noSegment) {
      throw new AssertionError('nothing to pick for the arm');
    }
  }

  copy(choices: Choices): Scheduler {
    const twin = new Scheduler(this.#spec, choices);
    twin.lastSector = this.lastSector;
    return twin;
  }

  #pickCommand(atNs: Ns): void {
    const { line } = this.#choices;
    const command = this.#command;
    for (let index = 0; index < line.count; index += 1) {
      line.read(index, command);
      const cost = this.#cost(command, atNs);
      if (cost >= this.#leastCost) continue;
      this.#leastCost = cost;
      this.index = index;
    }
  }

  #pickSegment(atNs: Ns, orderMax: number): void {
    const { segments } = this.#choices;
    const command = this.#command;
    command.kind = 'write';
    for (let segment = 0; segment < segments.count; segment += 1) {
      if (!segments.isDirty(segment) || segments.order(segment) > orderMax) continue;
      command.sector = segments.dirtyStart(segment);
      command.order = segments.order(segment);
      command.readyAtNs = segments.filledAtNs(segment);
      this.#locateSegment(segment, command);
      const cost = this.#cost(command, atNs);
      if (cost >= this.#leastCost) continue;
      this.#leastCost = cost;
      this.segment = segment;
    }
  }

  /** A segment's place is worked out once for each sector that it begins with. */
  #locateSegment(segment: number, command: WaitingCommand): void {
    const at = segment * placeFieldCount;
    const places = this.#segmentPlaces;
    if (places[at] === command.sector) {
      command.cylinder = places[at + 1] as number;
      command.head = places[at + 2] as number;
      command.angleNs = places[at + 3] as number;
      return;
    }
    this.#locate(command);
    places[at] = command.sector;
    places[at + 1] = command.cylinder;
    places[at + 2] = command.head;
    places[at + 3] = command.angleNs;
  }

  #locate(command: WaitingCommand): void {
    const place = this.#place;
    this.#choices.arm.parts.geometry.locate(command.sector, place);
    command.cylinder = place.cylinder;
    command.head = place.head;
    command.angleNs = place.angleNs;
  }

  #cost(command: WaitingCommand, atNs: Ns): number {
    const { policy, ageWeight } = this.#spec;
    if (policy === 'fcfs') return command.order;
    if (policy === 'c-look') {
      const ahead = command.sector - this.lastSector;
      return ahead >= 0 ? ahead : ahead + wrapped;
    }
    const { arm } = this.#choices;
    const { cylinder, head, angleNs, readyAtNs } = command;
    const startNs = Math.max(atNs, readyAtNs);
    const phaseNs = startNs === atNs ? this.#phaseNs : arm.phaseNs(startNs);
    const isWrite = command.kind !== 'read';
    const positioningNs = arm.positioningNs(cylinder, head, angleNs, phaseNs, isWrite);
    return startNs - atNs + positioningNs - ageWeight * (startNs - readyAtNs);
  }
}
