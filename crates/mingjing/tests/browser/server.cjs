// The platform in headless Chromium, as people use it: sign-in with a second factor, administration, an analysis from the
// upload to an explanation, lists by keyboard, language and theme. No page may report an error, break the content
// security policy, ask another server or need sideways scrolling at 390 px. Leaves pictures to look at.
'use strict';
const assert = require('node:assert/strict');
const { mkdirSync, rmSync } = require('node:fs');
const { chromium } = require('playwright-core');
const city = require('./city.cjs');

const [executablePath, program, sample, work] = process.argv.slice(2);
const pictures = `${work}/pictures`;

const path = page => new URL(page.url()).pathname;

const signInWithSecondFactor = async (browser, server) => {
  const page = await city.open(browser, server);
  await city.signIn(page, 'admin', 'wrong-password-entirely');
  assert.equal(path(page), '/sign-in', 'a wrong password leads back');
  assert.equal(await page.inputValue('[name=login]'), 'admin', 'what was typed is kept');
  await page.to('/admin/people');
  assert.equal(path(page), '/sign-in', 'nothing is open to strangers');
  await page.fill('[name=login]', 'admin');
  await page.fill('[name=password]', city.password);
  await page.click('main [type=submit]');
  const code = page.locator('[name=code]');
  assert.ok(await code.isVisible(), 'the second factor is asked for');
  await code.fill('000000');
  await page.click('main [type=submit]');
  assert.ok(await page.locator('[name=code]').isVisible(), 'a wrong code does not let in');
  await page.fill('[name=code]', await city.freshCode(city.totpSecret));
  await page.click('main [type=submit]');
  assert.equal(path(page), '/admin/people', 'the way goes on where it was going');
  assert.match(await page.innerText('body'), /演示/, 'every page says that it is a demo');
  return page;
};

const administration = async (browser, server, admin) => {
  await admin.to('/admin/people/new');
  await admin.fill('[name=login]', 'Not A Login');
  await admin.fill('[name=name]', '试甲子');
  await admin.click('main [type=submit]');
  assert.equal(await admin.inputValue('[name=name]'), '试甲子', 'what was typed is kept');
  assert.ok((await admin.locator('.invalid-feedback').count()) >= 1, 'errors stand beside their fields');
  await admin.fill('[name=login]', 'browser-check');
  await admin.selectOption('[name=office]', { label: '贵阳市市场监督管理局' });
  await admin.selectOption('[name=role]', 'monitoring_officer');
  await admin.click('main [type=submit]');
  const first = (await admin.locator('[data-first-password]').innerText()).trim();
  const address = await admin.locator('main dl a[href^="/admin/people/"]').first().getAttribute('href');
  await admin.to(address);

  await admin.selectOption('#grant [name=role]', 'field_officer');
  await admin.click('#grant [type=submit]');
  assert.match(await admin.innerText('#roles'), /^核查员\t|Field officer/im);

  const person = await city.open(browser, server);
  await city.signIn(person, 'browser-check', first);
  const fresh = 'a-mirror-for-the-check-7';
  await person.fill('[name=present]', first);
  await person.fill('[name=new]', fresh);
  await person.fill('[name=again]', fresh);
  await person.click('main [type=submit]');
  await person.to('/');
  assert.ok(!/sign-in/.test(path(person)), `the new person is in, at ${path(person)}`);
  const refused = await person.goto(`${server.url}/admin/settings`);
  assert.equal(refused.status(), 403, 'a monitoring officer changes no settings');
  assert.ok((await person.innerText('main')).length > 20, 'the refusal is a page');

  await admin.to(address);
  await admin.fill('#disable [name=reason]', '浏览器检验');
  await admin.click('#disable [type=submit]');
  assert.match(await admin.innerText('main'), /浏览器检验/);
  await person.to('/');
  assert.match(path(person), /sign-in/, 'whoever is disabled is signed out');
  await admin.locator('#history form [type=submit]').first().click();
  assert.ok(!/已停用：浏览器检验/.test(await admin.innerText('main')), 'disabling is taken back');
  assert.deepEqual(person.wrong, []);
  await person.context().close();
};

const conflict = async (browser, server, admin) => {
  const other = await admin.context().newPage();
  const address = `${server.url}/admin/people?q=huaguoyuan-1`;
  await admin.goto(address);
  await admin.locator('main table a', { hasText: /俞庚申|huaguoyuan-1/ }).first().click();
  await other.goto(admin.url());
  await admin.fill('#data [name=telephone]', '0851-00000001');
  await other.fill('#data [name=telephone]', '0851-00000002');
  await other.click('#data [type=submit]');
  await admin.click('#data [type=submit]');
  const said = await admin.innerText('main');
  assert.match(said, /0851-00000002/, 'what is there now is shown');
  assert.match(said, /赵甲子/, 'who changed it is shown');
  assert.equal(await admin.inputValue('#data [name=telephone]'), '0851-00000001', 'what was typed is kept');
  await other.close();
};

// From the upload to where a figure comes from.
const analysis = async (browser, server) => {
  const page = await city.open(browser, server);
  await city.signIn(page, 'case');
  await page.to('/analyses/new');
  await page.fill('[name=name]', '浏览器检验样本');
  await page.check('[name=kind][value=public]');
  await page.click('main form.case-form button.btn-primary');
  await page.waitForURL(/\/analyses\/\d+/);
  const at = path(page).match(/\/analyses\/\d+/)[0];
  for (const table of ['members', 'ledger']) {
    await page.to(`${at}/files`);
    await page.setInputFiles(`#${table} form.upload input[type=file]`, `${sample}/${table}.csv`);
    await page.click(`#${table} form.upload button`);
    await page.waitForLoadState('load');
    assert.match(await page.innerText(`#${table}`), new RegExp(`${table}\\.csv`), `${table}.csv has arrived`);
  }
  await page.to(`${at}/mapping`);
  await page.screenshot({ path: `${pictures}/mapping.png`, fullPage: true });
  await page.click('form.mapping button[value=start]');
  await page.waitForURL(new RegExp(`${at}$`));
  // The script loads the page anew when the job is over; then the figures are there.
  await page.waitForSelector('main .headline', { timeout: 120000 });
  await city.fits(page, 'results');
  await page.screenshot({ path: `${pictures}/results.png`, fullPage: true });
  await page.to(`${at}/persons`);
  await page.click('main table tbody a');
  await page.waitForURL(new RegExp(`${at}/persons/`));
  await page.screenshot({ path: `${pictures}/masked-person.png`, fullPage: true });
  const where = await page.locator('main a[href*="/explain"]').first().getAttribute('href');
  await page.to(where);
  const ask = page.locator(`main form[action="${at}/explain"] button`);
  if (await ask.count()) {
    await ask.first().click();
    await page.waitForFunction(() => !document.querySelector('[data-job]'), null, { timeout: 120000 });
  }
  assert.ok((await page.innerText('main')).length > 100, 'the explanation says something');
  await page.screenshot({ path: `${pictures}/explanation.png`, fullPage: true });
  assert.deepEqual(page.wrong, []);
  await page.context().close();
};

const listByKeyboard = async page => {
  await page.to('/admin/people');
  const marked = () => page.evaluate(() => [...document.querySelectorAll('[data-row]')].findIndex(row => row.matches('.is-current')));
  await page.keyboard.press('j');
  const first = await marked();
  await page.keyboard.press('j');
  assert.equal(await marked(), first + 1, 'j goes down a line');
  await page.keyboard.press('k');
  assert.equal(await marked(), first, 'k goes up a line');
  await page.keyboard.press('?');
  assert.ok(await page.locator('dialog#keys[open]').count(), '? explains the keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'INPUT', '/ goes to the search');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/admin\/people\/\d+/);
  await page.to('/jobs');
  if (await page.locator('[data-row] .pick').count()) {
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    assert.equal(await page.locator('.pick:checked').count(), 1, 'x picks');
  }
};

const choose = async (page, name, value) => {
  const menu = page.locator('header .menu:has([name=language])');
  if ((await menu.getAttribute('open')) === null) await menu.locator('> summary').click();
  await page.locator(`[name="${name}"][value="${value}"]`).click();
  const attribute = name === 'theme' ? 'data-theme' : 'lang';
  await page.waitForFunction(([at, to]) => document.documentElement.getAttribute(at) === to, [attribute, value]);
};

const languageAndTheme = async page => {
  await page.to('/admin');
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await choose(page, 'language', 'en');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  const headings = await page.locator('main h1, main h2, main h3').allInnerTexts();
  assert.ok(headings.every(text => !/\p{Script=Han}/u.test(text)), `English headings: ${headings}`);
  await choose(page, 'theme', 'dark');
  const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]);
  const light = colour => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  assert.ok(light(ink) > light(paper), `dark means light ink on dark paper, not ${ink} on ${paper}`);
  await choose(page, 'theme', 'auto');
  await choose(page, 'language', 'zh-CN');
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
};

// Every page at desk and phone, by day and by night, in both languages; one signed-in person, one picture a page.
const looks = async (browser, server, login, hasFactor, pages) => {
  const first = await city.open(browser, server);
  await city.signIn(first, login, city.password, hasFactor);
  const state = await first.context().storageState();
  for (const lang of ['zh-CN', 'en']) {
    await first.to('/');
    await choose(first, 'language', lang);
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await city.open(browser, server, { viewport: { width, height }, colorScheme, isMobile: width < 500, hasTouch: width < 500, storageState: state });
        for (const [name, where] of pages) {
          const reply = await page.to(where);
          assert.ok(reply.status() < 400, `${login} at ${where}: ${reply.status()}`);
          assert.ok(!(await page.content()).includes('〈?〉'), `${where}: a sentence is missing`);
          await city.fits(page, `${where}, ${width} px, ${lang}`);
          await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}-${lang}.png` });
        }
        assert.deepEqual(page.wrong, []);
        await page.context().close();
      }
    }
  }
  await choose(first, 'language', 'zh-CN');
  await first.context().close();
};

module.exports = { signInWithSecondFactor, administration, conflict, listByKeyboard, languageAndTheme, analysis, looks };

if (require.main === module) {
  (async () => {
    rmSync(`${work}/city`, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    const server = await city.start(program, `${work}/city`);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const admin = await signInWithSecondFactor(browser, server);
      await administration(browser, server, admin);
      await conflict(browser, server, admin);
      await listByKeyboard(admin);
      await languageAndTheme(admin);
      assert.deepEqual(admin.wrong, []);
      await analysis(browser, server);
      await looks(browser, server, 'admin', true, [
        ['desk', '/'], ['admin', '/admin'], ['people', '/admin/people'], ['person', '/admin/people/8'], ['person-new', '/admin/people/new'],
        ['offices', '/admin/offices'], ['office', '/admin/offices/1'], ['agencies', '/admin/agencies'], ['divisions', '/admin/divisions'],
        ['division', '/admin/divisions/520102'], ['roles', '/admin/roles'], ['duty', '/admin/duty'], ['schedules', '/admin/schedules'],
        ['settings', '/admin/settings'], ['system', '/admin/system'], ['jobs', '/jobs'], ['my', '/my'], ['help', '/help'],
      ]);
      await looks(browser, server, 'auditor', false, [['audit', '/audit'], ['notices', '/notices']]);
      await looks(browser, server, 'case', false, [['analyses', '/analyses'], ['analysis', '/analyses/1']]);
      console.log('platform in Chromium: well');
    } finally {
      await browser.close();
      await server.stop();
    }
  })().catch(error => {
    console.error(error);
    process.exit(1);
  });
}
