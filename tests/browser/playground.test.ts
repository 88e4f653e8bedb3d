// The playground as a person uses it, in a real browser: typing, errors, stopping, files, views, links, keyboard. The page
// may not say anything on its console, and never ask for anything from elsewhere.

import assert from "node:assert/strict";
import type { Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildPlayground, type PageFiles, servePage } from "../../tools/playground.ts";
import { launchBrowser, withoutBrowser } from "./browser.ts";

describe("the playground", { skip: withoutBrowser }, () => {
  let files: PageFiles;
  let server: Server;
  let url: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    files = await buildPlayground();
    ({ server, url } = await servePage(files, 0));
    browser = await launchBrowser();
    context = await browser.newContext();
    page = await openPage(context, url);
  });

  after(async () => {
    await browser.close();
    server.close();
  });

  async function openPage(within: BrowserContext, address: string): Promise<Page> {
    const opened = await within.newPage();
    opened.setDefaultTimeout(30_000);
    opened.on("console", (message) => complaints.push(message.text()));
    opened.on("pageerror", (error) => complaints.push(String(error)));
    opened.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:")) complaints.push(request.url());
    });
    await opened.goto(address);
    await opened.waitForFunction(() => performance.getEntriesByName("report").length > 0);
    return opened;
  }

  const source = (): ReturnType<Page["locator"]> => page.locator("textarea");
  const shows = (text: string): Promise<void> => page.locator("#output", { hasText: text }).waitFor();
  const result = async (): Promise<string> => (await page.locator("#output pre").last().textContent()) ?? "";
  const example = (title: string): Promise<unknown> => page.selectOption("#examples", title);

  /** Types a program in place of what is there, and waits for the report. */
  async function evaluate(program: string): Promise<string> {
    await page.evaluate(() => performance.clearMarks("report"));
    await source().fill(program);
    await page.waitForFunction(() => performance.getEntriesByName("report").length > 0);
    return result();
  }

  test("a program is evaluated as it is typed", async () => {
    await evaluate("");
    await source().pressSequentially("{ a = 1 + 2; b = [ ");
    await shows("error: syntax error, unexpected end of file");
    await source().pressSequentially('"ä" ]; }');
    await shows("a = 3;");
    assert.equal(await result(), '{\n  a = 3;\n  b = [ "ä" ];\n}');
  });

  test("an error is drawn as Nix draws it, and leads to its place", async () => {
    const drawn = await evaluate("let\n  x = 1;\nin\nx.y");
    assert.equal(
      drawn,
      `error:
       … while selecting an attribute
         at /playground/main.nix:4:1:
            3| in
            4| x.y
             | ^

       error: expected a set but found an integer: 1`,
    );
    await page.locator(".place").last().click();
    const place = await source().evaluate((area) => [
      (area as HTMLTextAreaElement).selectionStart,
      document.activeElement === area,
    ]);
    assert.deepEqual(place, ["let\n  x = 1;\nin\n".length, true]);
  });

  test("traces and warnings stand above the value", async () => {
    await evaluate('builtins.trace "seen" (builtins.warn "careful" 7)');
    assert.deepEqual(await page.locator("#output .message").allTextContents(), [
      "trace: seen",
      "evaluation warning: careful",
    ]);
    assert.equal(await result(), "7");
  });

  test("the value is seen as JSON and as XML, strictly or not", async () => {
    await evaluate('{ a = throw "no"; b = 1; }');
    await shows("error: no");
    await page.getByLabel("strict").uncheck();
    await shows("a = «thunk»;");
    await page.getByRole("tab", { name: "XML" }).click();
    await shows("<unevaluated />");
    await page.getByLabel("strict").check();
    await shows("error: no");
    await evaluate("{ b = [ 1 ]; }");
    assert.match(await result(), /^<\?xml version='1.0' encoding='utf-8'\?>\n<expr>\n {2}<attrs>\n/);
    await page.getByRole("tab", { name: "JSON" }).click();
    await shows('{\n  "b": [\n    1\n  ]\n}');
    await page.getByRole("tab", { name: "Value" }).click();
    await shows("b = [ 1 ];");
  });

  test("a derivation comes with its store path, outputs and .drv text, as Nix makes them", async () => {
    await evaluate('derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; }');
    assert.equal(await result(), "«derivation /nix/store/97qlv6h78lxlm9zc8849ahsbcklhsi2y-x.drv»");
    await page.getByRole("tab", { name: "Derivations 1" }).click();
    await page.locator("article").waitFor();
    assert.deepEqual(await page.locator("dd").allTextContents(), [
      "/nix/store/97qlv6h78lxlm9zc8849ahsbcklhsi2y-x.drv",
      "/nix/store/s668cfx1vrqfjryf96jj8wfhg7f67dhj-x",
    ]);
    assert.equal(
      await page.locator(".drv").textContent(),
      'Derive([("out","/nix/store/s668cfx1vrqfjryf96jj8wfhg7f67dhj-x","","")],[],[],"x86_64-linux","/bin/sh",[],' +
        '[("builder","/bin/sh"),("name","x"),("out","/nix/store/s668cfx1vrqfjryf96jj8wfhg7f67dhj-x"),("system","x86_64-linux")])',
    );
    await page.getByRole("tab", { name: "Value" }).click();
  });

  test("an evaluation without end is stopped by the button, by Escape and by typing on", async () => {
    // Each step is quick and shallow; there are just too many of them.
    const endless =
      "builtins.foldl' (a: b: builtins.foldl' (c: d: d) 0 (builtins.genList (x: x) 1000000)) 0 (builtins.genList (x: x) 1000000)";
    await source().fill(endless);
    await page.getByRole("button", { name: "Stop" }).click();
    await shows("Stopped.");
    assert.equal(await page.getByRole("button", { name: "Stop" }).isVisible(), false);
    assert.equal(await evaluate("1 + 1"), "2");
    await source().fill(endless);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.keyboard.press("Escape");
    await shows("Stopped.");
    await source().fill(endless);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    assert.equal(await evaluate("2 + 2"), "4");
  });

  test("recursion too deep for a page is the language's own error", async () => {
    assert.equal(await evaluate("let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 500"), "500");
    // In the last one either of two calls is the one too many.
    for (const [program, drawn] of [
      ["let f = n: 1 + f (n + 1); in f 0", /^error: stack overflow; .*\n {7}at \/playground\/main\.nix:1:16:\n/],
      [
        "let f = n: if n == 0 then 0 else 1 + f (n + 1); in f 1",
        /^error:\n {7}… while evaluating a branch condition\n/,
      ],
      ["let f = n: (x: f (x + 1)) n; in f 0", /^error: stack overflow; .*\n {7}at \/playground\/main\.nix:1:1[26]:\n/],
    ] as const) {
      const said = await evaluate(program);
      assert.match(said, drawn);
      assert.match(said, /error: stack overflow; max-call-depth exceeded/);
      const note = (await page.locator(".message").textContent()) ?? "";
      assert.match(note, /may nest \d{3,} calls here, and 10000 elsewhere/);
    }
    // Not calls: values inside values, and brackets inside brackets.
    const nested = "builtins.foldl' (tail: head: { inherit tail; }) null (builtins.genList (x: x) 20000)";
    for (const view of ["Value", "JSON", "XML"]) {
      await page.getByRole("tab", { name: view }).click();
      assert.match(await evaluate(nested), /^error:[^]*stack overflow/, view);
    }
    await page.getByRole("tab", { name: "Value" }).click();
    const parentheses = `${"(".repeat(5000)}1${")".repeat(5000)}`;
    for (const program of [
      `builtins.deepSeq (${nested}) 1`,
      `builtins.toJSON (${nested})`,
      "[".repeat(5000),
      parentheses,
    ]) {
      const said = await evaluate(program);
      assert.match(said, /^(?:error:[^]* (?:stack overflow|syntax error)|1$)/, program.slice(0, 80));
      assert.doesNotMatch(said, /RangeError|Maximum call stack|\.js:/, program.slice(0, 80));
    }
  });

  test("files are added, imported, and removed", async () => {
    await evaluate("import ./lib/two.nix");
    await shows("path '/playground/lib/two.nix' does not exist");
    await page.getByRole("button", { name: "Add a file" }).click();
    await page.keyboard.type("lib/../two.nix");
    await page.keyboard.press("Enter");
    const isValid = await page
      .getByLabel("Name of the new file")
      .evaluate((input) => (input as HTMLInputElement).validity.valid);
    assert.equal(isValid, false);
    await page.getByLabel("Name of the new file").fill("lib/two.nix");
    await page.keyboard.press("Enter");
    await page.keyboard.type("1 +");
    await shows("/playground/lib/two.nix:1:4");
    await page.keyboard.type(" 1");
    await page.locator("#output pre", { hasText: /^2$/ }).waitFor();
    await page.getByRole("tab", { name: "lib/two.nix" }).focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await source().inputValue(), "import ./lib/two.nix");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Delete");
    await shows("path '/playground/lib/two.nix' does not exist");
    assert.deepEqual(await page.locator("#files [role=tab]").allTextContents(), ["main.nix"]);
  });

  test("Enter keeps the indentation, and it can be undone", async () => {
    await evaluate("");
    await source().pressSequentially("{\na = 1;\nb = 2;");
    assert.equal(await source().inputValue(), "{\n  a = 1;\n  b = 2;");
    await page.keyboard.press("Control+z");
    assert.notEqual(await source().inputValue(), "{\n  a = 1;\n  b = 2;");
  });

  test("a link holds the whole project", async () => {
    await example("Several files");
    await shows('"Grace"');
    await page.getByRole("tab", { name: "people.json" }).click();
    await page.getByRole("tab", { name: "JSON", exact: true }).click();
    await page.getByRole("button", { name: "Share" }).click();
    await page.locator("#notice", { hasText: "the whole project" }).waitFor();
    const shared = [await source().inputValue(), await result()];
    const other = await browser.newContext();
    const first = page;
    page = await openPage(other, first.url());
    await shows('"Grace"');
    assert.deepEqual([await source().inputValue(), await result()], shared);
    assert.deepEqual(await page.locator("#files [role=tab]").allTextContents(), ["main.nix", "lib.nix", "people.json"]);
    await other.close();
    page = first;
  });

  test("the address follows what is typed, so that reloading keeps it", async () => {
    await page.getByRole("tab", { name: "main.nix" }).click();
    const shared = page.url();
    await evaluate("40 + 2");
    await page.waitForURL((address) => address.href !== shared);
    await page.reload();
    await shows("42");
    assert.equal(await source().inputValue(), "40 + 2");
  });

  test("a broken link is said to be broken, and the page works", async () => {
    for (const fragment of ["hello", "1.AAAA", "1.q1YqAAA"]) {
      const opened = await openPage(context, `${url}#${fragment}`);
      await opened.locator("#notice", { hasText: /This link (?:is broken|holds no project)/ }).waitFor();
      await opened.locator("#output", { hasText: "Hello, world!" }).waitFor();
      await opened.close();
    }
  });

  test("every part is reached by the Tab key alone, in the order of the page", async () => {
    await page.reload();
    await shows("42");
    const reached: unknown[] = [];
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate(() => {
          const { id = "", textContent, ariaLabel } = document.activeElement ?? {};
          return id || textContent || ariaLabel;
        }),
      );
    }
    const order = "examples, share, main.nix, add, Text of main.nix, JSON, output, strict, show-trace";
    assert.equal(reached.join(", "), order);
  });

  test("nothing is cut off on a phone, in the light and in the dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const phone = await browser.newContext({ viewport: { width: 360, height: 640 }, colorScheme });
      const opened = await openPage(phone, url);
      const [width, height] = await opened.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return [scrollWidth, scrollHeight];
      });
      assert.deepEqual([width, height], [360, 640]);
      assert.ok(await opened.getByLabel("strict").isVisible());
      assert.ok((await contrastOf(opened, "#output pre")) > 7);
      assert.ok((await contrastOf(opened, "#status")) > 4.5);
      await phone.close();
    }
  });

  /** As WCAG has it, between an element's text and the pane behind it. */
  async function contrastOf(opened: Page, selector: string): Promise<number> {
    const colours = await opened
      .locator(selector)
      .first()
      .evaluate((element) => [
        getComputedStyle(element).color,
        getComputedStyle(element.closest("section") ?? element).backgroundColor,
      ]);
    const [text = 0, ground = 0] = colours.map((colour) => {
      const channels = [...colour.matchAll(/\d+/g)].map(([digits]) => Number(digits) / 255);
      const [red = 0, green = 0, blue = 0] = channels.map((c) =>
        c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  }

  test("the whole page is small, and the first value soon there", async (t) => {
    const sizes = [...files].map(
      ([name, contents]) => [name, contents.length, gzipSync(contents, { level: 9 }).length] as const,
    );
    for (const [name, size, packed] of sizes) t.diagnostic(`${name}: ${size} bytes, ${packed} packed with gzip`);
    const packed = sizes.reduce((sum, [, , size]) => sum + size, 0);
    assert.ok(packed < 150_000, `${packed} bytes`);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const opened = await openPage(context, url);
      times.push(await opened.evaluate(() => performance.getEntriesByName("report")[0]?.startTime ?? Infinity));
      await opened.close();
    }
    t.diagnostic(`first evaluation after ${times.toSorted((a, b) => a - b)[2]?.toFixed(0)} ms (median of 5)`);
  });

  test("nothing was said on the console, and nothing asked for from elsewhere", () => {
    assert.deepEqual(complaints, []);
  });
});
