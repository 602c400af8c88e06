// The running demo city for the browser checks: starts it, signs in as a person would, watches every page for what must
// never be there. Standard library and playwright-core only.
'use strict';
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { createHmac } = require('node:crypto');
const { readFileSync, openSync } = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');

const people = readFileSync(path.join(__dirname, '../../../../data/demo/people.yaml'), 'utf8');
const one = name => people.match(new RegExp(`^${name}: (\\S+)`, 'm'))[1];
exports.password = one('password');
exports.totpSecret = one('totp_secret');

// RFC 6238 with SHA-1, six digits, thirty seconds: the code of an authenticator.
exports.totp = (secret, now = Date.now()) => {
  const bits = [...secret.replace(/=+$/, '')]
    .map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
};

// A code serves once: waits for the next step when this one was used.
let lastStep = 0;
exports.freshCode = async secret => {
  while (Math.floor(Date.now() / 30000) <= lastStep) await new Promise(done => setTimeout(done, 250));
  lastStep = Math.floor(Date.now() / 30000);
  return exports.totp(secret);
};

const freePort = () =>
  new Promise((done, failed) => {
    const probe = net.createServer().on('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

const isReady = url =>
  new Promise(done => {
    http.get(`${url}/ready`, reply => done(reply.resume().statusCode === 200)).on('error', () => done(false));
  });

// Starts `mingjing demo` in an empty directory; gives its address and how to end it.
exports.start = async (program, data) => {
  const port = await freePort();
  const log = openSync(`${data}.log`, 'w');
  const child = spawn(program, ['demo', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', log, log],
    // All sign-ins of the check come from one address within a minute.
    env: { ...process.env, MINGJING_SIGN_IN_PER_MINUTE: '1000' },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tenth = 0; !(await isReady(url)); tenth++) {
    assert.ok(child.exitCode === null && tenth < 1200, `the demo city did not start; see ${data}.log`);
    await new Promise(done => setTimeout(done, 100));
  }
  return { url, stop: () => new Promise(done => child.once('exit', done).kill('SIGTERM')) };
};

// A page of a context of its own; whatever goes wrong on it stands in `wrong`.
exports.open = async (browser, city, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN', ...options });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', fault => {
      console.error(`CSP: ${fault.violatedDirective} refused ${fault.blockedURI} at ${fault.sourceFile}:${fault.lineNumber}`);
    });
  });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', said => said.type() === 'error' && !/Failed to load resource/.test(said.text()) && wrong.push(`${page.url()}: ${said.text()}`));
  page.on('pageerror', error => wrong.push(`${page.url()}: ${error}`));
  page.on('response', reply => reply.status() >= 500 && wrong.push(`${reply.status()} ${reply.url()}`));
  page.on('response', reply => reply.status() === 404 && reply.url().includes('/static/') && wrong.push(`404 ${reply.url()}`));
  page.on('request', request => request.url().startsWith(city.url) || /^(data|blob|about):/.test(request.url()) || wrong.push(`asked for ${request.url()}`));
  page.wrong = wrong;
  page.to = where => page.goto(city.url + where);
  return page;
};

exports.signIn = async (page, login, password = exports.password, hasFactor = false) => {
  await page.to('/sign-in');
  await page.fill('[name=login]', login);
  await page.fill('[name=password]', password);
  await page.click('main [type=submit]');
  if (hasFactor) {
    await page.fill('[name=code]', await exports.freshCode(exports.totpSecret));
    await page.click('main [type=submit]');
  }
};

// Nothing must be scrolled sideways.
exports.fits = async (page, what) => {
  const [content, window] = await page.evaluate(() => {
    const root = document.documentElement;
    return [Math.max(root.scrollWidth, document.body.scrollWidth), root.clientWidth];
  });
  assert.ok(content <= window, `${what}: the page is ${content} px wide in a window of ${window} px`);
};
