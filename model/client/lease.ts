// A client's lease: how long it may take itself for the holder without word from the authority,
// by its own clock. Renewals also bring what changed in the map meanwhile.
//
//   sent        sent + a third        sent + lease
//    |-- held ------|-- renewed from here --|-- lapsed: `stop` issues nothing, `keep` goes on
//
// `keep` is the default: hosts refuse whoever was replaced, so a lapsed lease puts no data at risk,
// and an outage of the authority alone stops no client. `stop` is for programs that must not even
// try. A silent or busy authority is asked again after a full-jitter back-off, so that its return
// is no stampede.
import { type Ns, nsPerMs } from '../../sim/index.ts';
import { askNext, memberAsked } from '../authority-contact.ts';
import type { Renew, Renewed } from '../messages/leases.ts';
import { noteChanged } from './refresh.ts';
import type { ClientStep } from './state.ts';

/** How long an answer may take before the next try is drawn, and how far that may lie. */
const answerNs = 250 * nsPerMs;
const backOffFirstNs = 250 * nsPerMs;
/** 8 s at last. */
const backOffDoublingsMax = 5;

/** The authority affirmed the session, as it was asked to at `sentNs`. */
export function holdLease(
  step: ClientStep,
  granted: { readonly sentNs: Ns; readonly leaseNs: Ns },
): void {
  const { state, self, out } = step;
  const { leaseNs, sentNs } = granted;
  const { lease } = state;
  const untilNs = Math.max(lease.untilNs, sentNs + leaseNs);
  const nowNs = self.nowNs();
  const isOver = nowNs >= untilNs;
  const isLapsed = lease.isLapsed && isOver;
  state.lease = { leaseNs, untilNs, renewNs: nowNs, tryCount: 0, isLapsed };
  state.lease = { ...state.lease, renewNs: nowNs + drawPeriod(step) };
  if (leaseNs > 0) out.mark('lease.held', { session: state.session, untilNs, isLapsed: isOver });
}

// A third of the lease, or the time to refresh if that is shorter, less up to a quarter by chance.
function drawPeriod(step: ClientStep): Ns {
  const periodNs = renewalPeriod(step);
  if (periodNs === null) return 0;
  return periodNs - drawBelow(step, 'renew.jitter', Math.floor(periodNs / 4));
}

/** How often a client renews its lease and asks for changes; null for never. */
export function renewalPeriod({ state }: ClientStep): Ns | null {
  const { refreshNs } = state.input;
  const thirdNs = Math.floor(state.lease.leaseNs / 3);
  if (refreshNs === 0 && thirdNs === 0) return null;
  return refreshNs === 0 || thirdNs === 0
    ? Math.max(refreshNs, thirdNs)
    : Math.min(refreshNs, thirdNs);
}

/** Whether a request may go to a host now: the clock is read anew for each. */
export function mayIssue(step: ClientStep): boolean {
  const { state, self } = step;
  const { lease, input } = state;
  if (!input.stopsOnLapse || lease.leaseNs === 0) return true;
  return self.nowNs() < lease.untilNs || input.mutants.has('issue-after-lease');
}

/** Leaves behind when a request went out, for a client that keeps to its lease. */
export function noteIssued(step: ClientStep, range: number): void {
  const { state, self, out } = step;
  if (!state.input.stopsOnLapse || state.lease.leaseNs === 0) return;
  out.mark('request.issued', { session: state.session, range, nowNs: self.nowNs() });
}

/** Renews when that is due; says whether the lease was seen to end just now. */
export function pressLease(step: ClientStep, nowNs: Ns): 'lapsed' | null {
  const { state, out } = step;
  const { lease } = state;
  if (renewalPeriod(step) === null) return null;
  if (nowNs >= lease.renewNs) renew(step, nowNs);
  if (lease.leaseNs === 0 || lease.isLapsed || nowNs < lease.untilNs) return null;
  state.lease = { ...state.lease, isLapsed: true };
  out.mark('lease.lapsed', { session: state.session, untilNs: lease.untilNs, nowNs });
  return 'lapsed';
}

function renew(step: ClientStep, nowNs: Ns): void {
  const { state, self, out } = step;
  const { lease, session, refreshedVersion } = state;
  if (lease.tryCount > 0) askNext(state.authority);
  state.lease = {
    ...lease,
    tryCount: lease.tryCount + 1,
    renewNs: nowNs + answerNs + drawBackOff(step),
  };
  const message: Renew = {
    type: 'renew',
    volume: state.input.volume,
    client: self.id,
    session,
    seenVersion: refreshedVersion,
    sentNs: nowNs,
  };
  out.send(memberAsked(state.authority), message);
}

// The answer is of no use: there was no time for it, or it came too late.
function renewLater(step: ClientStep, tryCount: number): void {
  const { state, self } = step;
  state.lease = { ...state.lease, tryCount };
  state.lease = { ...state.lease, renewNs: self.nowNs() + drawBackOff(step) };
}

function drawBackOff(step: ClientStep): Ns {
  const { state } = step;
  const doublings = Math.min(state.lease.tryCount, backOffDoublingsMax);
  const boundNs = backOffFirstNs * (1 << doublings);
  return state.input.mutants.has('renew-without-back-off')
    ? 0
    : drawBelow(step, 'renew.back-off', boundNs);
}

function drawBelow({ self }: ClientStep, purpose: string, boundNs: Ns): Ns {
  return Math.floor((boundNs * self.choose(purpose, 65_536)) / 65_536);
}

/** The authority answered a renewal. */
export function onRenewed(step: ClientStep, renewed: Renewed): 'fenced' | 'renewed' | null {
  const { state } = step;
  if (renewed.session !== state.session) return null;
  switch (renewed.status) {
    case 'stale-session':
      return 'fenced';
    case 'overloaded':
      renewLater(step, state.lease.tryCount);
      return null;
    case 'ok': {
      const { isLapsed: wasLapsed, tryCount } = state.lease;
      holdLease(step, renewed);
      noteChanged(step, renewed);
      if (state.lease.isLapsed) renewLater(step, tryCount);
      return wasLapsed && !state.lease.isLapsed ? 'renewed' : null;
    }
  }
}
