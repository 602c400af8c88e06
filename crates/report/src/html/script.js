(() => {
  const page = document.documentElement, button = document.getElementById('language');
  const set = lang => {
    page.lang = lang;
    document.title = lang === 'en' ? page.dataset.en : page.dataset.zh;
  };
  button.hidden = false;
  button.onclick = () => set(page.lang === 'en' ? 'zh-CN' : 'en');
  if (/[?&]lang=en/.test(location.search)) set('en');
  const narrow = matchMedia('(max-width: 1199px)');
  if (narrow.matches) document.querySelector('nav details').open = false;
  addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('details.fold')) fold.open = true;
  });
})();
