/** Day and night change at once; the form still tells the server, which keeps it in the account. */
export const theme = (): void => {
  document.querySelectorAll<HTMLFormElement>('form[data-theme-form]').forEach(form =>
    form.addEventListener('submit', event => {
      const button = event.submitter;
      if (!(button instanceof HTMLButtonElement) || button.name !== 'theme') return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
      body.set('theme', button.value);
      void fetch(form.action, { method: 'POST', body, credentials: 'same-origin' })
        .then(answer => {
          if (!answer.ok) return form.submit();
          document.documentElement.dataset['theme'] = button.value;
          form
            .querySelectorAll<HTMLButtonElement>('button[name=theme]')
            .forEach(one => one.setAttribute('aria-pressed', String(one === button)));
        })
        .catch(() => form.submit());
    }),
  );
};
