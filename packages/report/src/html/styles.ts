/** One sheet for screen and paper, light and dark. Colours of models are `--model-0` to `--model-7`. */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #ffffff; --ink: #1b1f24; --soft: #59626d; --line: #dfe2e6; --grid: #eceef1;
  --accent: #0a58a8; --good: #136c43; --bad: #a3330b; --warn: #fff6dc; --warn-line: #e2c15a;
  --model-0: #0b62c4; --model-1: #c2410c; --model-2: #0f7b5f; --model-3: #7c3aed;
  --model-4: #94690a; --model-5: #be185d; --model-6: #00798c; --model-7: #6b4f2a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12151a; --card: #1a1f26; --ink: #e7eaee; --soft: #a0aab5; --line: #323a44; --grid: #272e37;
    --accent: #7db7ff; --good: #5fd39b; --bad: #ff9c73; --warn: #33290f; --warn-line: #7c6420;
    --model-0: #6aaeff; --model-1: #ff9a5c; --model-2: #4fd1a5; --model-3: #bd9bff;
    --model-4: #e0bd4a; --model-5: #ff7eb6; --model-6: #46c8dc; --model-7: #c9a97a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .4rem; letter-spacing: -.005em; }
h3 { font-size: .95rem; margin: 0 0 .4rem; }
p { margin: .3rem 0 .8rem; max-width: 48rem; }
.soft, figcaption, .sub { color: var(--soft); }
.sub { font-size: .82em; white-space: nowrap; }
code, pre { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; overflow: auto; max-height: 30rem; margin: .5rem 0; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .9rem; margin-top: .8rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.4rem 0 .5rem; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; }
.tile { padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.55rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .87rem; overflow-wrap: anywhere; }
.notice { background: var(--warn); border: 1px solid var(--warn-line); border-radius: .7rem; padding: .7rem 1rem; margin: 1rem 0; }
.notice ul { margin: .2rem 0 0; padding-left: 1.2rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .7rem; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .8rem; text-align: right; border-bottom: 1px solid var(--grid); vertical-align: top; white-space: nowrap; }
thead th { font-size: .82rem; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child, td:first-child { text-align: left; }
tbody th { position: sticky; left: 0; background: var(--card); font-weight: 600; max-width: 16rem; white-space: normal; overflow-wrap: anywhere; min-width: 7.5rem; }
td.text, th.text { text-align: left; white-space: normal; }
td .sub, tbody th .sub { display: block; font-weight: 400; }
.best { font-weight: 700; }
.good { color: var(--good); } .bad { color: var(--bad); }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .5em; background: var(--own); }
.bar { display: block; height: .28rem; border-radius: .14rem; background: var(--grid); margin-top: .3rem; min-width: 4rem; }
.bar i { display: block; height: 100%; border-radius: .14rem; background: var(--own); }
figure { margin: 0; padding: .9rem; }
figcaption { font-size: .86rem; margin-top: .3rem; }
.plot { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 33rem; height: auto; }
.half svg { min-width: 22rem; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); }
svg text.name { fill: var(--own); font-weight: 600; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); }
svg .curve { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round; }
svg .other-seed { stroke-width: 1; opacity: .45; }
svg .dot { fill: var(--own); stroke: var(--card); stroke-width: 1.5; }
svg .level { stroke: var(--own); stroke-dasharray: 2 4; stroke-width: 1.5; opacity: .75; }
svg .lead { stroke: var(--soft); stroke-width: .7; opacity: .6; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
.tabs { display: flex; flex-wrap: wrap; gap: .3rem; padding: .8rem .8rem 0; }
.tabs > input { position: absolute; opacity: 0; pointer-events: none; }
.tabs > label { padding: .18rem .7rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .86rem; cursor: pointer; color: var(--soft); }
.tabs > input:checked + label { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.tabs > input:focus-visible + label { outline: 2px solid var(--accent); outline-offset: 2px; }
.tabs > .panel { order: 1; width: 100%; display: none; }
.tabs > input:checked + label + .panel { display: block; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1.2rem; margin: .5rem 0; font-size: .93rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0 2.5rem; }
details { margin: .8rem 0; } summary { cursor: pointer; color: var(--accent); }
button { font: inherit; padding: .4rem .9rem; border-radius: .5rem; border: 1px solid var(--line); background: var(--card); color: var(--ink); cursor: pointer; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; font-size: .86rem; color: var(--soft); }
@media (max-width: 40rem) { th, td { padding: .45rem .55rem; } h1 { font-size: 1.4rem; } figure { padding: .5rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print { body { background: #fff; } nav, button, .tabs > label { display: none; } .tabs > .panel { display: block; } .card, .scroll { break-inside: avoid; } }
`
