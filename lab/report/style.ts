/** The report's own style: no foreign font, sheet or image, light and dark by the reader's choice. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #171b22; --soft: #556070; --rule: #dfe3ea; --grid: #e8ebf0;
  --pass: #0a7a42; --pass-soft: #e3f5ea; --fail: #b4232c; --fail-soft: #fdeaea;
  --yes: #0b66c3; --no: #c25a05; --error: #b4232c; --typical: #0b66c3; --slow: #8a3fc4; --stock: #0c7a6d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --card: #181d25; --ink: #e9edf3; --soft: #9aa6b6; --rule: #2b323d; --grid: #262d37;
    --pass: #4fd08b; --pass-soft: #10301f; --fail: #ff8087; --fail-soft: #3a1719;
    --yes: #62adf7; --no: #f2a04e; --error: #ff8087; --typical: #62adf7; --slow: #c793f3; --stock: #4fcbb9;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1180px; margin: 0 auto; padding: clamp(1rem, 3vw, 2.5rem); }
h1 { font-size: clamp(1.4rem, 3.5vw, 2rem); line-height: 1.2; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.05rem; line-height: 1.3; margin: 0; }
p { margin: .15rem 0 0; }
.soft, figcaption p, .ylabel, .xlabel { color: var(--soft); }
header { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; justify-content: space-between; margin-bottom: 1.5rem; }
header > div { min-width: 0; flex: 1 1 20rem; }
.verdict {
  display: inline-flex; align-items: center; gap: .5rem; padding: .55rem 1.25rem; border-radius: 999px;
  font-size: 1.35rem; font-weight: 700; letter-spacing: .04em; border: 2px solid currentColor;
}
.verdict.pass { color: var(--pass); background: var(--pass-soft); }
.verdict.fail { color: var(--fail); background: var(--fail-soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1rem; }
.tiles > div, .card, figure.plot { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
.tiles > div { padding: .75rem 1rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.6rem; font-weight: 650; line-height: 1.2; white-space: nowrap; }
.tiles dd small { font-size: .9rem; font-weight: 400; color: var(--soft); }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; margin-top: 1rem; }
.wide, figure.plot:last-child:nth-child(even) { grid-column: 1 / -1; }
.card { padding: 1rem 1.15rem; min-width: 0; }
figure.plot { margin: 0; padding: 1rem 1.15rem; min-width: 0; }
figcaption p { font-size: .9rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.key { width: 1.6rem; border-top: 3px solid var(--tone); }
.key.dashed { border-top-style: dashed; }
.frame { display: grid; grid-template-columns: 3.4rem minmax(0, 1fr); grid-template-rows: auto 15rem 1.6rem auto; margin-top: .5rem; font-size: .8rem; }
.wide .frame { grid-template-rows: auto 18rem 1.6rem auto; }
.ylabel { grid-column: 1 / -1; padding-bottom: .6rem; }
.yticks { position: relative; }
.yticks span { position: absolute; right: .5rem; transform: translateY(50%); color: var(--soft); white-space: nowrap; }
.area { position: relative; border-bottom: 1px solid var(--soft); min-width: 0; }
.area svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: visible; }
.xticks { position: relative; grid-column: 2; }
.xticks span { position: absolute; top: .3rem; transform: translateX(-50%); color: var(--soft); white-space: nowrap; }
.xlabel { grid-column: 2; text-align: center; }
svg .grid { stroke: var(--grid); stroke-width: 1; vector-effect: non-scaling-stroke; }
svg .line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
svg .line.dashed { stroke-dasharray: 6 4; }
svg .fill { fill: var(--tone); opacity: .14; }
svg .bar { fill: var(--typical); }
svg .marker { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; opacity: .7; }
.flag { position: absolute; padding: 0 .35rem; white-space: nowrap; line-height: 1.4; border-radius: 4px; background: color-mix(in srgb, var(--card) 85%, transparent); }
.flag.left { transform: translateX(-100%); }
details { margin-top: .5rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); border-radius: 4px; width: fit-content; }
:focus-visible { outline: 2px solid var(--yes); outline-offset: 2px; }
.scroll { overflow: auto; max-height: 20rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.checks { list-style: none; margin: .5rem 0 0; padding: 0; }
.checks li { display: grid; grid-template-columns: 1.9rem minmax(0, 1fr); padding: .5rem 0; border-top: 1px solid var(--rule); }
.checks li:first-child { border-top: 0; }
.checks .mark { font-weight: 700; }
.checks .passed .mark { color: var(--pass); }
.checks .failed .mark, .checks .failed strong { color: var(--fail); }
.checks ul { margin: .25rem 0 0; padding-left: 1.1rem; font: .85rem/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.25rem; margin: .5rem 0 0; font-size: .9rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.note { margin: 0 0 1rem; padding: .7rem 1rem; border-left: 4px solid var(--no); background: var(--card); border-radius: 0 8px 8px 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code { font: .9em ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .875rem; }
@media print { body { background: none; } figure.plot, .card { break-inside: avoid; } details { display: none; } }
`;
