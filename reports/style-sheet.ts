// The one style sheet and the one script of a report. Both are constant, so that the page can name
// their hashes in its content policy and forbid all others.
import { allInks, inks } from './theme.ts';

/** Light and dark, screen and paper. */
export function styleSheet(): string {
  return `${base}
@media screen and (prefers-color-scheme: dark) {
:root { ${darkVariables} }
${darkCharts()}
}
@media print {
:root { ${lightVariables} }
${print}
}
`;
}

/** Makes the copy button work; without it the page is complete, only less convenient. */
export const script = `
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const source = document.getElementById(button.dataset.copies);
    const done = () => { button.textContent = 'copied'; };
    const select = () => {
      getSelection().selectAllChildren(source);
      document.execCommand('copy');
      done();
    };
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(source.textContent).then(done, select);
  });
}
`;

const lightVariables = `--page: #ffffff; --panel: #f6f7f9; --text: ${inks.text.light};
--quiet: ${inks.quiet.light};
--line: #dde2e7; --accent: #1b62a5; --good: #14714f; --good-page: #e4f4ec; --bad: #b3221a;
  --bad-page: #fcebe9;
--warn: #875200; --warn-page: #fdf1da; color-scheme: light;`;

const darkVariables = `--page: #14191f; --panel: #1c232b; --text: ${inks.text.dark};
--quiet: ${inks.quiet.dark};
--line: #313b46; --accent: #7dbcf5; --good: #62d2a2; --good-page: #16352a; --bad: #ff9187;
  --bad-page: #42201e;
--warn: #f3c069; --warn-page: #3d2f14; color-scheme: dark;`;

const base = `
:root { ${lightVariables} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
main, header, footer { max-width: 1148px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
h1 { font-size: 26px; line-height: 1.25; margin: 10px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 12px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 22px 0 8px; }
p { margin: 6px 0; max-width: 82ch; }
a { color: var(--accent); }
code, pre, .mono { font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, "Liberation Mono",
  monospace; }
.quiet { color: var(--quiet); }
.lead { font-size: 17px; color: var(--quiet); overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 3px 12px; border-radius: 4px; font-weight: 650;
  letter-spacing: .03em;
  text-transform: uppercase; font-size: 13px; }
.tag { display: inline-block; padding: 0 8px; border-radius: 4px; font-size: 13px; font-weight:
  600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-page); }
.bad { color: var(--bad); background: var(--bad-page); }
.warn { color: var(--warn); background: var(--warn-page); }
nav { margin: 14px 0 0; font-size: 14px; }
nav a { margin-right: 18px; text-decoration: none; }
nav a:hover { text-decoration: underline; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(255px, 1fr));
  gap: 10px 12px; margin: 20px 0 0; }
dl.facts div { min-width: 0; }
dl.facts dt { font-size: 12px; color: var(--quiet); }
dl.facts dd { font-size: 13.5px; margin: 0; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.command { display: flex; gap: 10px; align-items: stretch; margin: 16px 0 4px; }
.command code { flex: 1; min-width: 0; padding: 8px 12px; background: var(--panel); border: 1px
  solid var(--line);
  border-radius: 4px; overflow-wrap: anywhere; }
button { font: inherit; font-size: 14px; padding: 0 14px; color: var(--text); background:
  var(--panel);
  border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric:
  tabular-nums; }
th { text-align: left; font-weight: 600; font-size: 12px; color: var(--quiet); }
th, td { padding: 5px 16px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
th { white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
.number, .short { white-space: nowrap; }
table.slice td { font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, "Liberation Mono", monospace;
  }
table.slice td { white-space: pre-wrap; }
table.slice td:nth-child(-n+3) { white-space: nowrap; }
.finding h3 { margin: 0; }
.finding { border-left: 4px solid var(--bad); padding: 2px 0 2px 16px; margin: 0 0 22px; }
.finding dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 10px 0
  4px; }
.finding dt { color: var(--quiet); }
.finding dd { margin: 0; overflow-wrap: anywhere; }
ul.counts { list-style: none; padding: 0; margin: 8px 0 0; columns: 3; column-gap: 40px; font-size:
  14px; }
ul.counts li { display: flex; justify-content: space-between; gap: 12px; padding: 3px 0;
  border-bottom: 1px solid var(--line);
  break-inside: avoid; font-variant-numeric: tabular-nums; }
ul.counts span { min-width: 0; overflow-wrap: anywhere; }
figure { margin: 26px 0 34px; }
figure svg { display: block; max-width: 100%; height: auto; overflow: visible; }
figcaption { font-size: 13px; color: var(--quiet); max-width: 110ch; margin-top: 6px; }
.role-title-text text { font-weight: 600; }
.hidden-title { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path:
  inset(50%); margin: 0; }
details { margin-top: 8px; }
summary { cursor: pointer; font-size: 13px; color: var(--accent); }
details .scroll { max-height: 420px; overflow-y: auto; margin-top: 8px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 14px
  16px; overflow-x: auto; }
footer { color: var(--quiet); font-size: 13px; padding-top: 20px; padding-bottom: 48px; }
`;

const print = `
body { font-size: 11pt; }
nav, button, .downloads { display: none; }
main, header, footer { max-width: none; padding: 0; }
h2, h3 { break-after: avoid; }
figure, .finding, tr { break-inside: avoid; }
details .scroll { max-height: none; }
pre { white-space: pre-wrap; }
.badge, .tag { border: 1px solid currentColor; }
`;

function darkCharts(): string {
  const rules: string[] = [];
  for (const { light, dark } of allInks) {
    rules.push(`figure svg [fill="${light}"] { fill: ${dark}; }`);
    rules.push(`figure svg [stroke="${light}"] { stroke: ${dark}; }`);
  }
  return rules.join('\n');
}
