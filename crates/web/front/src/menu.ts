/** Menus are <details>: with script one closes when another opens, when one clicks elsewhere, or with Escape. */
export const menus = (): void => {
  const open = () => document.querySelectorAll<HTMLDetailsElement>('details.menu[open], details.figure[open]');
  const closeBut = (kept: Element | null) =>
    open().forEach(menu => {
      if (!kept || !menu.contains(kept)) menu.open = false;
    });
  document.addEventListener('click', event => closeBut(event.target instanceof Element ? event.target : null));
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    const inside = document.activeElement?.closest<HTMLDetailsElement>('details[open]');
    closeBut(null);
    if (inside && !inside.open) inside.querySelector('summary')?.focus();
  });
};
