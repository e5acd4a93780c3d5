// The closed loop of a drive as a network of stations, solved by mean value analysis: where the fit
// begins. n commands go round
//
//   host (a thread each job) -> controller -> one of M dies -> delay -> host
//
//   R_k(n) = S_k (1 + Q_k(n - 1)) + S_k U_k(n - 1) (cv_k^2 - 1) / 2       Q_k = X R_k
//
// The last term is the residual service of what is being served when a command arrives (M. Reiser,
// "A queueing network analysis of computer communication networks with window flow control", IEEE
// Transactions on Communications 27/8, 1979, for fixed service; H. Kobayashi's form for others).

/** A drive as stations. Times in ns. */
export interface StationDrive {
  readonly submitNs: number;
  /** Serial. */
  readonly controllerNs: number;
  readonly dieNs: number;
  readonly dieCount: number;
  /** Squared coefficient of variation of a die's time. */
  readonly dieVariation: number;
  readonly delayNs: number;
}

/** Commands a second with `depth` in flight from `jobCount` threads. */
export function networkRate(drive: StationDrive, depth: number, jobCount: number): number {
  const { submitNs, controllerNs, dieNs, dieCount, dieVariation, delayNs } = drive;
  let [hostQueue, controllerQueue, dieQueue, rate] = [0, 0, 0, 0];
  for (let n = 1; n <= depth; n += 1) {
    const hostBusy = (rate * submitNs) / jobCount;
    const dieBusy = (rate * dieNs) / dieCount;
    const hostNs = submitNs * (1 + hostQueue - hostBusy / 2);
    const passNs = controllerNs * (1 + controllerQueue - (rate * controllerNs) / 2);
    const servedNs = dieNs * (1 + dieQueue + (dieBusy * (dieVariation - 1)) / 2);
    rate = n / (hostNs + passNs + servedNs + delayNs);
    hostQueue = (rate * hostNs) / jobCount;
    controllerQueue = rate * passNs;
    dieQueue = (rate * servedNs) / dieCount;
  }
  return rate * 1e9;
}

/**
 * How far a rate is from a measured one: (x - m)^2 / (x m), which is ln^2(x / m) up to the fourth
 * order and needs no logarithm, whose last bit differs between engines.
 */
export function misfit(rate: number, measured: number): number {
  return ((rate - measured) * (rate - measured)) / (rate * measured);
}
