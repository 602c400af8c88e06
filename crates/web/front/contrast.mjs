// Checks the tokens against WCAG 2.2 AA: text 4.5 to 1 on every ground it stands on, marks and borders of fields 3 to 1.
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('src/tokens.css', import.meta.url), 'utf8');
const tokens = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, day, night]) => [name, { day, night }]),
);
const light = hex => {
  const part = at => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
};
const ratio = (a, b) => {
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
const grounds = ['paper', 'surface', 'surface-2'];
const pairs = [
  ...['ink', 'ink-2', 'accent', 'due', 'overdue'].flatMap(text => grounds.map(ground => [text, ground, 4.5])),
  ...['accent', 'due', 'overdue'].flatMap(name => [
    [`${name}-ink`, name, 4.5],
    [name, `${name}-soft`, 4.5],
    ['ink', `${name}-soft`, 4.5],
    ['ink-2', `${name}-soft`, 4.5],
  ]),
  ...grounds.slice(0, 2).map(ground => ['line-2', ground, 3]),
];
let wrong = 0;
for (const [text, ground, least] of pairs) {
  for (const time of ['day', 'night']) {
    const found = ratio(tokens[text][time], tokens[ground][time]);
    if (found < least) {
      wrong += 1;
      console.error(`${text} on ${ground} by ${time}: ${found.toFixed(2)}, ${least} is needed`);
    }
  }
}
console.log(`${pairs.length * 2} pairs of colours, ${wrong} below WCAG AA`);
process.exit(wrong ? 1 : 0);
