/**
 * The looks of the page for people.
 *
 * Not here: what is on it (`html.ts`).
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --ground: #fafaf8; --panel: #fff; --ink: #1d2126; --faint: #69717c; --line: #dfe2e6; --head: #eef0f2; --link: #0b5cad;
  --up: #2e9e5b; --falling: #d9a400; --rising: #d97706; --down: #d03c3c; --unchecked: #8a94a0; --drain: #4c7fd6; --maint: #a4702c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1b1f25; --ink: #e3e7ec; --faint: #97a1ad; --line: #2d343d; --head: #232931; --link: #6fb1ff;
    --up: #45c07a; --falling: #e6bf3d; --rising: #f0954a; --down: #f26b6b; --unchecked: #7c8794; --drain: #7ea8f2; --maint: #d2a066;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 120rem; background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 0; padding: .55rem .8rem; font-size: 1rem; }
h2 small { color: var(--faint); font-weight: normal; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
.about { margin: .1rem 0 0; color: var(--faint); }
dl { display: flex; flex-wrap: wrap; gap: .4rem 1.8rem; margin: .9rem 0; }
dt { color: var(--faint); font-size: .8rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1.2rem; margin-bottom: 1.2rem; }
form { color: var(--faint); }
input { padding: .15rem .4rem; border: 1px solid var(--line); border-radius: 4px; background: var(--panel); color: inherit; font: inherit; }
section { margin-bottom: 1.2rem; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); overflow: hidden; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .28rem .38rem; border-top: 1px solid var(--line); text-align: right; font-size: .82rem; }
thead th { background: var(--head); color: var(--faint); font-weight: 500; }
thead th[colspan], thead th[rowspan] { text-align: center; border-left: 1px solid var(--line); }
tbody th { text-align: left; font-weight: 600; border-left: 4px solid transparent; }
td.text, thead th.text { text-align: left; }
td[title]:not([title=""]), th[title] { cursor: help; }
.frontend th, .backend th { font-weight: 500; color: var(--faint); }
.backend th, .backend td { background: var(--head); }
.backup th { font-style: italic; }
.up > th { border-left-color: var(--up); }
.falling > th { border-left-color: var(--falling); }
.rising > th { border-left-color: var(--rising); }
.down > th { border-left-color: var(--down); }
.unchecked > th { border-left-color: var(--unchecked); }
.drain > th { border-left-color: var(--drain); }
.maint > th { border-left-color: var(--maint); }
tr.down td { color: var(--down); }
tr.maint td { color: var(--faint); }
footer { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; color: var(--faint); font-size: .86rem; }
footer span { padding-left: .5rem; border-left: 4px solid; }
footer .up { border-color: var(--up); }
footer .falling { border-color: var(--falling); }
footer .rising { border-color: var(--rising); }
footer .down { border-color: var(--down); }
footer .unchecked { border-color: var(--unchecked); }
footer .drain { border-color: var(--drain); }
footer .maint { border-color: var(--maint); }
`;
