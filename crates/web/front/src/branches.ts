/** The outline of a network opened step by step: a click on a triangle fetches the lines below and puts them there,
 * another one folds them away. Without script the same links lead to pages. No more lines than the page says. */

const ask = async (address: string): Promise<HTMLElement | null> => {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) return null;
  const holder = document.createElement('template');
  holder.innerHTML = await answer.text();
  return holder.content.querySelector<HTMLElement>('ul.tree');
};

const isFull = (box: HTMLElement): boolean => {
  const most = Number(box.dataset['tree'] ?? '2000');
  return box.querySelectorAll('li > .tree-line').length + 51 > most;
};

const sayFull = (box: HTMLElement): void => {
  if (box.querySelector('.tree-full')) return;
  const said = document.createElement('p');
  said.className = 'tree-full';
  said.setAttribute('role', 'status');
  said.textContent = box.dataset['full'] ?? '';
  box.append(said);
};

const open = async (box: HTMLElement, link: HTMLAnchorElement): Promise<void> => {
  const line = link.closest('li');
  if (!line) return;
  const below = line.querySelector<HTMLElement>(':scope > ul.tree');
  if (below) {
    below.hidden = !below.hidden;
    link.setAttribute('aria-expanded', String(!below.hidden));
    return;
  }
  if (isFull(box)) return sayFull(box);
  const lines = await ask(link.dataset['branch'] ?? '');
  if (!lines) return void window.location.assign(link.href);
  line.append(lines);
  link.setAttribute('aria-expanded', 'true');
};

const more = async (box: HTMLElement, link: HTMLAnchorElement): Promise<void> => {
  const item = link.closest('li');
  if (!item) return;
  if (isFull(box)) return sayFull(box);
  const lines = await ask(link.dataset['more'] ?? '');
  if (!lines) return void window.location.assign(link.href);
  item.replaceWith(...lines.children);
};

export const branches = (): void =>
  document.querySelectorAll<HTMLElement>('[data-tree]').forEach(box => {
    box.querySelectorAll('[data-branch]').forEach(link => link.setAttribute('aria-expanded', 'false'));
    let isBusy = false;
    box.addEventListener('click', async event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element)) return;
      const link = event.target.closest<HTMLAnchorElement>('a[data-branch], a[data-more]');
      if (!link) return;
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      try {
        await (link.dataset['branch'] ? open(box, link) : more(box, link));
      } catch {
        window.location.assign(link.href);
      } finally {
        isBusy = false;
      }
    });
  });
