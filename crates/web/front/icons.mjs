// One file with the icons that pages use, each a symbol: <svg><use href="/static/assets/icons-….svg#name"></use></svg>.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const names = readFileSync(new URL('icons.txt', import.meta.url), 'utf8').split(/\s+/).filter(Boolean);
const symbol = name => {
  const text = readFileSync(new URL(`node_modules/@tabler/icons/icons/outline/${name}.svg`, import.meta.url), 'utf8');
  const paths = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>[\s\S]*$/, '')
    .replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`;
};
mkdirSync(new URL('made/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('made/icons.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg">${[...new Set(names)].sort().map(symbol).join('\n')}</svg>\n`,
);
