/** Live progress of jobs: asks for a job's state while it goes on, and loads the page anew when it is over. Without
 * script the page says how to refresh. */
interface State {
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  word: string;
  message: string;
  percent: number | null;
  steps: string;
}

const EVERY_MS = 1500;
const SLOW_MS = 10_000;

const watch = (part: HTMLElement): void => {
  const address = part.dataset['job'];
  if (!address) return;
  let misses = 0;
  const again = (ms: number) => window.setTimeout(ask, ms);
  const ask = async (): Promise<void> => {
    if (document.hidden) return void again(SLOW_MS);
    try {
      const answer = await fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const state = (await answer.json()) as State;
      misses = 0;
      if (state.state !== 'waiting' && state.state !== 'running') return window.location.reload();
      show(part, state);
      again(EVERY_MS);
    } catch {
      misses += 1;
      again(Math.min(EVERY_MS * 2 ** misses, 30_000));
    }
  };
  again(EVERY_MS);
};

const show = (part: HTMLElement, state: State): void => {
  const bar = part.querySelector('progress');
  if (bar) {
    if (state.percent === null) bar.removeAttribute('value');
    else bar.value = state.percent;
  }
  const put = (name: string, text: string) => {
    const place = part.querySelector(`[data-part="${name}"]`);
    if (place) place.textContent = text;
  };
  put('word', state.word);
  put('message', state.message);
  put('steps', state.steps);
};

export const progress = (): void => document.querySelectorAll<HTMLElement>('[data-job]').forEach(watch);
