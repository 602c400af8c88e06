/** The keyboard: `/` to the search, `?` shows the keys, `j` `k` go through a list, `x` picks, Enter opens, `g` then a
 * letter goes to a section. Nothing happens while one types. */

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button', 'submit'].includes(target.type));

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-row]')];

const current = (): HTMLElement | null => document.querySelector<HTMLElement>('[data-row].is-current');

const goTo = (row: HTMLElement | undefined): void => {
  if (!row) return;
  current()?.classList.remove('is-current');
  row.classList.add('is-current');
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
};

const step = (by: number): void => {
  const all = rows();
  const here = current();
  const at = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  if (at >= 0 && at < all.length) return goTo(all[at]);
  // Past the end: on to the next page, if there is one.
  document.querySelector<HTMLAnchorElement>(by > 0 ? 'a[rel=next]' : 'a[rel=prev]')?.click();
};

const sheet = (): void => {
  const dialog = document.querySelector<HTMLDialogElement>('dialog#keys');
  if (!dialog) return;
  if (dialog.open) dialog.close();
  else dialog.showModal();
};

let isGoing = false;

const pressed = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const wasGoing = isGoing;
  isGoing = false;
  if (wasGoing) {
    const link = document.querySelector<HTMLAnchorElement>(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  switch (event.key) {
    case '/': {
      const field = document.querySelector<HTMLInputElement>('[data-slash]');
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
      return;
    }
    case '?':
      event.preventDefault();
      return sheet();
    case 'g':
      isGoing = true;
      return;
    case 'j':
      return step(1);
    case 'k':
      return step(-1);
    case 'x':
      return current()?.querySelector<HTMLInputElement>('.pick')?.click();
    case 'Enter': {
      if (event.target instanceof HTMLElement && event.target.matches('a, button, summary, input')) return;
      current()?.querySelector<HTMLAnchorElement>('a[href]')?.click();
    }
  }
};

export const keys = (): void => {
  document.addEventListener('keydown', pressed);
  document.querySelectorAll('[data-keys]').forEach(button => button.addEventListener('click', sheet));
  document.querySelectorAll<HTMLElement>('dialog [data-close]').forEach(button =>
    button.addEventListener('click', () => button.closest('dialog')?.close()),
  );
};
