// Opens a report at desktop and phone width, in both languages, and asserts: nothing fails or asks the network, nothing
// must be scrolled sideways, the language switches, a branch opens; without script the page still reads.
// Leaves pictures to look at.
'use strict';
const assert = require('node:assert/strict');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const [executablePath, report, pictures] = process.argv.slice(2);
const address = pathToFileURL(report).href;

const fits = async (page, what) => {
  const [content, window] = await page.evaluate(() => {
    const root = document.documentElement;
    return [Math.max(root.scrollWidth, document.body.scrollWidth), root.clientWidth];
  });
  assert.ok(content <= window, `${what}: the page is ${content} px wide in a window of ${window} px`);
};

const headings = page => page.locator('main h2').allInnerTexts();

const look = async (browser, width, height) => {
  const page = await browser.newPage({ viewport: { width, height } });
  const wrong = [];
  page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', error => wrong.push(String(error)));
  page.on('request', request => request.url() === address || wrong.push(`asked for ${request.url()}`));
  await page.goto(address);
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  const chinese = await headings(page);
  assert.ok(chinese.length >= 10 && chinese.every(text => /\p{Script=Han}/u.test(text)), String(chinese));
  await fits(page, `${width} px, Chinese`);
  await page.screenshot({ path: `${pictures}/report-${width}-zh.png` });

  await page.click('#language');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  const english = await headings(page);
  assert.equal(english.length, chinese.length);
  assert.ok(english.every(text => /[a-z]/.test(text) && !/\p{Script=Han}/u.test(text)), String(english));
  await fits(page, `${width} px, English`);
  await page.screenshot({ path: `${pictures}/report-${width}-en.png` });
  await page.click('#language');
  assert.deepEqual(await headings(page), chinese);

  const closed = page.locator('#branches details:not([open]) > summary').first();
  await closed.scrollIntoViewIfNeeded();
  const before = await page.locator('#branches details[open]').count();
  await closed.click();
  assert.equal(await page.locator('#branches details[open]').count(), before + 1, 'a branch opens on click');
  await page.evaluate(() => document.querySelectorAll('details').forEach(part => (part.open = true)));
  await fits(page, `${width} px, everything open`);
  assert.ok((await page.locator('#branches .line:not(.head)').count()) <= 2000, 'at most 2,000 nodes are drawn');
  assert.deepEqual(wrong, []);
  await page.close();
  return chinese.length;
};

const withoutScript = async browser => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  assert.ok(await page.locator('main h2').first().isVisible());
  assert.ok(!(await page.locator('#language').isVisible()), 'a switch that cannot work is not shown');
  await context.close();
};

(async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const sections = await look(browser, 1280, 900);
    await look(browser, 390, 844);
    await withoutScript(browser);
    console.log(`report in Chromium ${browser.version()}: ${sections} sections, 1280 and 390 px, both languages: well`);
  } finally {
    await browser.close();
  }
})().catch(error => {
  console.error(error);
  process.exit(1);
});
