// How long a page of the report takes until it can be used, in a real Chromium. Prints seconds as JSON.
// node usable.cjs CHROMIUM FILE
"use strict";
const { chromium } = require("playwright-core");

const [, , executablePath, file] = process.argv;
const seconds = async (work) => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage();
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  const ready = await seconds(async () => {
    await page.goto(`file://${file}#/keys`);
    await page.locator("#rows tr").first().waitFor();
    await drawn();
  });
  const overview = await seconds(async () => {
    await page.goto(`file://${file}#/`);
    await page.reload();
    await page.locator(".cell").first().waitFor();
    await drawn();
  });
  await page.goto(`file://${file}#/keys`);
  const filtered = await seconds(async () => {
    await page.locator("input[name=q]").fill("account-7 us-east");
    await drawn();
  });
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize / 1e6);
  await browser.close();
  process.stdout.write(JSON.stringify({ ready, overview, filtered, heap }));
})();
