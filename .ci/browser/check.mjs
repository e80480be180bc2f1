// Opens reports in Chromium: no error on the console, no request but for the page itself, no violation that axe finds,
// no overflow at the width of a phone. Takes pictures at both widths, light and dark, into a folder.
//
//     node check.mjs CHROMIUM FOLDER REPORT...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, folder, ...reports] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = { desktop: 1280, phone: 390 };
const problems = [];

/** A page with an ear on its console and its requests. */
async function open(browser, report, width, colorScheme) {
  // The policy of the page would keep axe out as well.
  const viewport = { width, height: 844 };
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', bypassCSP: true });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(report)).href;
  const complain = (what) => problems.push(`${report} (${width}, ${colorScheme}): ${what}`);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complain(message.text()));
  page.on('pageerror', (error) => complain(error.message));
  page.on('request', (request) => [url, 'data:,'].includes(request.url()) || complain(`asks for ${request.url()}`));
  await page.goto(url);
  return { page, context, complain };
}

async function check(browser, report, name, colorScheme) {
  const { page, context, complain } = await open(browser, report, widths[name], colorScheme);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) complain(`${overflow} pixels wider than the window`);
  await page.screenshot({ path: join(folder, `${basename(report, '.html')}-${name}-${colorScheme}.png`), fullPage: true });
  const mark = page.locator('figure svg .dot[data-note]').first();
  if (await mark.count()) {
    await mark.scrollIntoViewIfNeeded();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))); // scrolling hides it
    await mark.hover({ force: true });
    if (!(await page.locator('#tip').isVisible())) complain('hovering shows nothing');
  }
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, help, nodes } of violations) complain(`${id}: ${help}\n    ${nodes[0].html}`);
  await context.close();
}

/** As the page is without axe, its own policy in force. */
async function checkPolicy(browser, report) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && problems.push(`${report}: ${message.text()}`));
  await page.goto(pathToFileURL(resolve(report)).href);
  await context.close();
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const report of reports) {
  await checkPolicy(browser, report);
  for (const name of Object.keys(widths)) {
    for (const colorScheme of ['light', 'dark']) await check(browser, report, name, colorScheme);
  }
}
await browser.close();
console.log(problems.length ? problems.join('\n') : `${reports.length} reports: no problem found; pictures in ${folder}`);
process.exit(problems.length ? 1 : 0);
