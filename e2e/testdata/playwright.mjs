// Logs in at a site in a session of the engine, as a test of that site would: node playwright.mjs CDP_URL SITE PERSON
import { createRequire } from "node:module";

const require = createRequire(process.env.PLAYWRIGHT + "/");
const { chromium } = require("playwright-core");
const [address, site, person] = process.argv.slice(2);

const browser = await chromium.connectOverCDP(address);
const context = browser.contexts()[0];
const page = await context.newPage();
await page.goto(site + "/login");
await page.fill("[name=user]", person);
await Promise.all([page.waitForURL(site + "/desk"), page.click("button, [type=submit]")]);
const cookies = await context.cookies(site);
console.log(JSON.stringify({ url: page.url(), cookies: cookies.map((c) => c.name).sort(), agent: await page.evaluate("navigator.userAgent") }));
const refused = await page.goto("file:///etc/passwd").then(() => "shown", (error) => error.message.split("\n")[0]);
console.log(JSON.stringify({ refused }));
await browser.close();
