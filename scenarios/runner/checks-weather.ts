// Weather and healing against the cluster, the budget and the time they have.
import { budgetLines } from './budget-lines.ts';
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import { nodesOf } from './topology.ts';
import { quantityText } from './units.ts';
import { countedLines } from './weather.ts';
import { allKinds, forbiddenLine, isDrawable } from './weather-kinds.ts';

/** Refuses weather that cannot come, and a core without a node. */
export function checkWeather(input: CheckInput): void {
  const { text } = input;
  if (text.heal !== undefined && text.heal !== 'everything') {
    for (const [index, selector] of text.heal.core.entries()) {
      checkSelector(input, ['heal', 'core', index], selector);
    }
  }
  if (text.faults.weather === undefined) return;
  for (const [index, selector] of (text.faults.weather.target ?? []).entries()) {
    checkSelector(input, ['faults', 'weather', 'target', index], selector);
  }
  checkTimes(input);
  checkKinds(input);
  checkOutside(input);
}

function checkSelector({ text, names, refuse }: CheckInput, path: ValuePath, selector: string) {
  const selection = names.select(selector, nodesOf(text));
  if (!selection.ok) refuse(path, selection.message);
  else if (selection.ids.length === 0) refuse(path, `selector '${selector}' matches no node`);
}

function checkTimes({ text, refuse }: CheckInput): void {
  const { from, until = text.duration, lasting } = text.faults.weather!;
  const path = ['faults', 'weather'];
  const duration = quantityText('duration', text.duration);
  const end = quantityText('duration', until);
  if (until > text.duration) {
    refuse(
      [...path, 'until'],
      `expected a time within the run's duration ${duration}, found '${end}'`,
    );
  } else if (from >= until) {
    const found = quantityText('duration', from);
    refuse(
      [...path, 'from'],
      `expected a time before the end of the weather ${end}, found '${found}'`,
    );
  }
  if (lasting.p99 < lasting.p50) {
    refuse([...path, 'lasting', 'p99'], 'expected p99 to be at least p50, found less');
  }
}

function checkKinds({ text, names, refuse }: CheckInput): void {
  const budget = text.survives ?? {};
  const { kinds } = text.faults.weather!;
  const path = ['faults', 'weather', 'kinds'];
  const chosen = kinds === 'all' ? allKinds(names, budget) : Object.keys(kinds);
  if (chosen.length === 0) {
    refuse(path, 'expected at least one kind of weather, found none; write crash: 1');
  }
  for (const kind of chosen) {
    const line = forbiddenLine(budget, kind);
    if (line !== null) {
      const { summary } = budgetLines[line];
      refuse(
        [...path, kind],
        `fault '${kind}' counts as ${line} (${summary}), of which none is survived; ` +
          `leave it out or write survives: { ${line}: 1 }`,
      );
    } else if (!isDrawable(names, kind)) {
      refuse([...path, kind], `fault '${kind}' has to be told too much; put it into the schedule`);
    }
  }
}

function checkOutside({ text, refuse }: CheckInput): void {
  const { outsideBy } = text.faults.weather!;
  if (outsideBy === 0) return;
  const budget = text.survives ?? {};
  if (countedLines.some((line) => budget[line] !== undefined)) return;
  refuse(
    ['faults', 'weather', 'outsideBy'],
    `expected a budget to step outside of, found none; write survives: { crashed: 1 }`,
  );
}
