/** Picking rows of a list: all of the page at once, a stretch with Shift, and a bar that says how many. */
const one = (list: HTMLElement): void => {
  const boxes = (): HTMLInputElement[] => [...list.querySelectorAll<HTMLInputElement>('input.pick')];
  const all = list.querySelector<HTMLInputElement>('input.pick-all');
  const bar = list.querySelector<HTMLElement>('.list-pick');
  const said = bar?.querySelector<HTMLElement>('[data-picked]');
  let last: HTMLInputElement | undefined;
  const show = (): void => {
    const every = boxes();
    const picked = every.filter(box => box.checked).length;
    if (all) {
      all.checked = picked > 0 && picked === every.length;
      all.indeterminate = picked > 0 && picked < every.length;
    }
    bar?.classList.toggle('is-idle', picked === 0);
    if (said) said.textContent = (said.dataset['picked'] ?? '').replace('{n}', String(picked));
  };
  list.addEventListener('click', event => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    if (box === all) boxes().forEach(other => (other.checked = box.checked));
    else if (box.classList.contains('pick')) {
      const every = boxes();
      if (event.shiftKey && last) {
        const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
        every.slice(from, (to ?? 0) + 1).forEach(other => (other.checked = box.checked));
      }
      last = box;
    } else return;
    show();
  });
  show();
};

export const selection = (): void => document.querySelectorAll<HTMLElement>('[data-list]').forEach(one);
