/** Buttons that copy a text: hashes, numbers of analyses, addresses. */
export const copies = (): void =>
  document.querySelectorAll<HTMLButtonElement>('button[data-copy]').forEach(button =>
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset['copy'] ?? '');
      const said = button.dataset['copied'];
      if (!said) return;
      const before = button.getAttribute('aria-label');
      button.setAttribute('aria-label', said);
      button.classList.add('is-copied');
      window.setTimeout(() => {
        if (before) button.setAttribute('aria-label', before);
        button.classList.remove('is-copied');
      }, 1500);
    }),
  );
