// Opens pages of the report in a real Chromium, does what a reader does, and prints what was seen as JSON.
// node story.cjs '{"chromium": PATH, "sample": FILE, "failing": FILE, "pictures": FOLDER or null}'
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const asked = JSON.parse(process.argv[2]);
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const seen = { console: [], requests: [], dialogs: 0, axe: [] };
const VIEWS = ["#/", "#/keys", "#/key/data/us-east-1/sns", "#/not-encrypted", "#/controls", "#/proofs"];
const PICTURES = [["report-overview-light", "#/", "light"], ["report-overview-dark", "#/", "dark"], ["report-key-light", "#/key/data/us-east-1/sns", "light", "Who can do what"]];

async function opened(browser, file, hash, scheme = "light") {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(error.message));
  page.on("request", (request) => request.url().startsWith(`file://${file}`) || seen.requests.push(request.url()));
  page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
  await page.goto(`file://${file}${hash}`);
  return page;
}

const go = (page, hash) => page.evaluate((to) => new Promise((done) => {
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  location.hash = to;
}), hash);
const text = (page, selector) => page.locator(selector).innerText();
const focused = (page) => page.evaluate(() => document.activeElement.textContent);

async function looks(page, scheme) {
  await page.evaluate(axe);
  for (const view of VIEWS) {
    if (view !== (await page.evaluate(() => location.hash || "#/"))) await go(page, view);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const one of found.violations) seen.axe.push(`${scheme} ${view} ${one.impact} ${one.id}: ${one.nodes[0].html}`);
  }
}

async function reads(page) {
  seen.heading = await text(page, "#overview h1");
  seen.shown = await page.evaluate(() => [...document.querySelectorAll("main > section")].filter((part) => !part.hidden).map((part) => part.id));
  await page.locator('.cell[href="#/keys?account=security&region=us-east-1"]').click();
  seen.ofPlace = await text(page, "#count");
  await page.getByRole("combobox", { name: "Region" }).selectOption("");
  await page.getByRole("combobox", { name: "Account" }).selectOption("");
  await page.getByRole("searchbox", { name: "Search" }).fill("data us-east-1");
  seen.filtered = [await text(page, "#count"), await page.locator("#rows tr").count(), await page.evaluate(() => location.hash)];
  await page.getByRole("searchbox", { name: "Search" }).fill("SecurityAdministrators");
  seen.byRole = await text(page, "#count");
  await page.getByRole("combobox", { name: "Rotation" }).selectOption("off");
  seen.notRotating = await text(page, "#count");
  await go(page, "#/key/data/us-east-1/sns");
  seen.key = { heading: await text(page, "#key h1"), focused: await focused(page), title: await page.title(), statements: await page.locator(".statements li").count() };
  seen.delete = await text(page, '.asked .card:has(h3:text-is("Who can delete it"))');
  await page.locator(".statements details").first().locator("summary").click();
  seen.statement = JSON.parse(await text(page, ".statements details[open] pre"));
  await page.goBack();
  seen.back = await page.evaluate(() => location.hash);
  await page.keyboard.press("Tab");
  await page.locator("nav a", { hasText: "Controls" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#/controls");
  seen.byKeyboard = [await focused(page), await page.locator("nav [aria-current]").innerText()];
  await go(page, "#/key/data/eu-west-2/nothing");
  seen.unknown = await text(page, "#key");
}

async function prints(page) {
  await go(page, "#/keys");
  seen.pdf = (await page.pdf()).subarray(0, 5).toString("latin1");
  await page.emulateMedia({ media: "print" });
  seen.printed = { nav: await page.locator("nav").isVisible(), rows: await page.locator("#rows tr").count() };
}

async function takes(browser) {
  for (const [name, view, scheme, from] of PICTURES) {
    const page = await opened(browser, asked.sample, view, scheme);
    if (from) await page.locator("h2", { hasText: from }).evaluate((heading) => scrollTo(0, heading.offsetTop - 90));
    await page.screenshot({ path: path.join(asked.pictures, `${name}.png`), animations: "disabled" });
  }
}

async function fails(browser) {
  const page = await opened(browser, asked.failing, "#/key/data/eu-west-2/ebs");
  seen.failing = { chip: await text(page, "#key .lead .chip"), first: await text(page, "#key .said li >> nth=0"), proofs: await page.locator(".proofs li.fails").count() };
  await go(page, "#/not-encrypted");
  seen.hostile = await text(page, "#not-encrypted");
}

(async () => {
  const browser = await chromium.launch({ executablePath: asked.chromium, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    if (asked.pictures) return await takes(browser);
    const page = await opened(browser, asked.sample, "");
    await reads(page);
    await prints(page);
    await looks(await opened(browser, asked.sample, "#/"), "light");
    await looks(await opened(browser, asked.sample, "#/", "dark"), "dark");
    await fails(browser);
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify(seen));
})().catch((error) => { console.error(error); process.exit(1); });
