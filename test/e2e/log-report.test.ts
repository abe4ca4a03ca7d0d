// The report as people get it: the packed command line writes it, a real browser shows it.
import { lstat, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, type TestContext, test } from 'vitest';
import { need } from '../adapters/hook-rig.ts';
import { TestBrowser } from '../support/browser.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { LogMaker } from '../support/made-log.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN } from '../support/sandbox.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVIL = '<img src=x onerror=alert(1)>';
const EVIL_BRANCH = 'x/</script><script>alert(2)</script>"\'\u202egpj';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly browser: TestBrowser;
  readonly now: number;
  /** Writes the page of these logs. */
  report(makers: readonly LogMaker[], ...more: string[]): Promise<string>;
}

async function staged(ctx: Pick<TestContext, 'skip'>): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const browser = await TestBrowser.start(need(ctx, 'chromium'));
  return {
    sandbox,
    browser,
    now: Date.now(),
    report: async (makers, ...more) => {
      const files = makers.map(({ device }) => join(sandbox.root, `${device}.jsonl`));
      await Promise.all(makers.map(({ text }, index) => writeFile(files[index] ?? '', text)));
      const page = join(sandbox.root, 'report.html');
      const args = [sandbox.bin, 'log', 'report', '--html', page, ...more, '--from', ...files];
      const ran = await sandbox.run(process.execPath, args, sandbox.root);
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await browser[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Alice came and went, Bob is still there, and could not give something back; Carol's branch has a hostile name. */
function threePeople(now: number): LogMaker[] {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(
    (name) => new LogMaker(`${name}@acme.example`, `machine-of-${name}`),
  ) as [LogMaker, LogMaker, LogMaker];
  alice.visit(now - 15 * DAY, now - 12 * DAY, 'release/2.1', 'jit-release');
  bob.visit(now - 3 * DAY, null, 'hotfix/login', 'jit-oncall');
  const event = bob.event(now - 2 * DAY, { kind: 'switch', branch: 'main', from: 'db' });
  const owed = { branch: 'main', name: 'db', outcome: 'owed', reason: 'unreachable' } as const;
  bob.change(now - 2 * DAY, event, { ...owed, op: 'remove' });
  bob.sync(now - 2 * DAY, event, { branch: 'main', outcome: 'owed', reason: 'unreachable' });
  carol.visit(now - 5 * DAY, now - 4 * DAY, EVIL_BRANCH, EVIL);
  return [alice, bob, carol];
}

const bars = (within: Page | Locator) => within.locator('rect[role="img"]');
const rows = (page: Page, table: string) => page.locator(`#${table} tbody tr`);

test('real switches stand on the page, with what gave them and the hash of the last line', async (ctx) => {
  await using stage = await staged(ctx);
  const { sandbox, browser } = stage;
  await using directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit-release' });
  const config = configFor(directory.url, [rule('release', 'release/*', 'jit-release')]);
  const repo = await sandbox.repository('payments', config, ['release/1']);
  await repo.install();
  await repo.checkout('release/1');
  await repo.checkout('main');
  await repo.checkout('release/1');

  const file = join(sandbox.root, 'report.html');
  const ran = await repo.scimHook('log', 'report', '--html', file, '--json');
  const last = (await sandbox.audit()).at(-1);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    ...{ html: file, people: 1, spans: 2, open: 1, owed: 0, failures: 0 },
    logs: [{ faults: 0, firstFault: null, head: { seq: last?.seq, hash: last?.hash } }],
  });
  expect((await lstat(file)).mode & 0o777).toBe(0o600);

  const page = await browser.open(file);
  expect(await bars(page).count()).toBe(2);
  expect(await rows(page, 'bars').count()).toBe(2);
  expect(await rows(page, 'bars').first().textContent()).toContain('switch from main to release/1');
  expect(await page.locator('.proof').textContent()).toContain(last?.hash ?? '-');
  expect(browser.complaints).toEqual([]);
  expect(browser.requests).toEqual([]);
});

test('each bar is where its time is; what goes on has an open edge, and a pattern says what became of it', async (ctx) => {
  await using stage = await staged(ctx);
  const page = await stage.browser.open(await stage.report(threePeople(stage.now)));
  const figure = (who: string) => page.locator('#timeline figure', { hasText: `${who}@acme.example` });
  /** Where a person's bars begin and end, as shares of the track that is the report's time. */
  const drawn = async (who: string) => {
    const track = await figure(who).locator('.tracks rect').first().boundingBox();
    const boxes = await Promise.all((await bars(figure(who)).all()).map((bar) => bar.boundingBox()));
    const share = (x: number): number => (x - (track?.x ?? 0)) / (track?.width ?? 0);
    return boxes.map((box) => [share(box?.x ?? 0), share((box?.x ?? 0) + (box?.width ?? 0))]);
  };
  const fills = async (who: string) =>
    Promise.all((await bars(figure(who)).all()).map((bar) => bar.getAttribute('fill')));
  const open = (who: string) => figure(who).locator('svg text', { hasText: '▶' }).count();

  // Of 30 days: 15 ago until 12 ago.
  expect(await drawn('alice')).toEqual([[expect.closeTo(0.5, 2), expect.closeTo(0.6, 2)]]);
  expect(await fills('alice')).toEqual(['url(#fill-returned)']);
  expect(await open('alice')).toBe(0);
  expect((await drawn('bob')).map(([, end]) => end)).toEqual([expect.closeTo(1, 2), expect.closeTo(1, 2)]);
  expect((await fills('bob')).sort()).toEqual(['url(#fill-open)', 'url(#fill-owed)']);
  expect(await open('bob')).toBe(2);
});

test('whatever a branch or group is called stays text, and nothing is fetched', async (ctx) => {
  await using stage = await staged(ctx);
  const { browser } = stage;
  const file = await stage.report(threePeople(stage.now));
  const page = await browser.open(file);
  const text = await rows(page, 'bars').filter({ hasText: 'carol' }).textContent();
  expect(text).toContain(EVIL);
  expect(text).toContain('x/</script><script>alert(2)</script>"\'\ufffdgpj');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  await bars(page).last().hover();
  expect(await page.locator('#tip').textContent()).toContain(EVIL);
  expect(await readFile(file, 'utf8')).not.toContain('\u202e');
  expect(browser.complaints).toEqual([]);
  expect(browser.requests).toEqual([]);
});

test('the filter narrows timeline and tables, all from the keyboard', async (ctx) => {
  await using stage = await staged(ctx);
  const page = await stage.browser.open(await stage.report(threePeople(stage.now)));
  await page.locator('#filter-text').focus();
  await page.keyboard.type('oncall');
  expect(await bars(page).count()).toBe(1);
  expect(await rows(page, 'bars').count()).toBe(1);
  expect(await page.locator('#matches').textContent()).toContain('1 of 4');
  // Through person and state to the button.
  for (const _ of [1, 2, 3]) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await bars(page).count()).toBe(4);
  await page.locator('#filter-state').selectOption('owed');
  expect(await rows(page, 'bars').allInnerTexts()).toEqual([expect.stringContaining('not given back yet')]);
  await page.locator('#filter-state').selectOption('');
  await page.locator('#filter-person').selectOption('carol@acme.example');
  expect(await page.locator('#timeline figure').count()).toBe(1);
  expect(await rows(page, 'failures').count()).toBe(0);
});

test('headings sort, arrows lead from bar to bar, Escape hides the facts', async (ctx) => {
  await using stage = await staged(ctx);
  const page = await stage.browser.open(await stage.report(threePeople(stage.now)));
  const who = () => page.locator('#bars tbody td[data-label="Who"]').allInnerTexts();
  const heading = page.locator('#bars th', { hasText: 'Who' });
  await heading.locator('button').focus();
  await page.keyboard.press('Enter');
  expect(await heading.getAttribute('aria-sort')).toBe('ascending');
  const up = await who();
  expect(up).toEqual(up.toSorted());
  await page.keyboard.press('Enter');
  expect(await who()).toEqual(up.toSorted().reverse());

  const own = page.locator('#timeline figure', { hasText: 'bob@' }).locator('rect[role="img"]');
  await own.first().focus();
  const first = await page.locator('#tip').textContent();
  await page.keyboard.press('ArrowRight');
  expect(await page.locator('#tip').textContent()).not.toBe(first);
  // A bar far down is scrolled to, and its facts come along.
  expect(await page.locator('#tip').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.locator('#tip').isVisible()).toBe(false);
});

test.each([360, 1280])(
  'nothing is wider than a screen of %i pixels, by day and by night',
  async (width, ctx) => {
    await using stage = await staged(ctx as unknown as TestContext);
    const file = await stage.report(threePeople(stage.now));
    const colours = new Set<unknown>();
    for (const dark of [false, true]) {
      const page = await stage.browser.open(file, { width, dark });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      colours.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(colours.size).toBe(2);
  },
);

test('what failed is told with its reason and what to do', async (ctx) => {
  await using stage = await staged(ctx);
  const page = await stage.browser.open(await stage.report(threePeople(stage.now)));
  const [failure] = await rows(page, 'failures').allInnerTexts();
  for (const part of ['bob@acme.example', 'take back db', 'owed', 'could not be reached', 'check network'])
    expect(failure).toContain(part);
});

test('a changed line is said at the top', async (ctx) => {
  await using stage = await staged(ctx);
  const maker = new LogMaker(ALICE, 'laptop');
  maker.visit(stage.now - DAY, stage.now - HOUR, 'release/1', 'jit-release');
  maker.lines[3] = (maker.lines[3] ?? '').replace('jit-release', 'jit-nothing');
  const page = await stage.browser.open(await stage.report([maker]));
  expect(await page.locator('.proof').textContent()).toMatch(/was changed[\s\S]*the first is line 4/);
});

test('a log whose beginning is missing is not called whole', async (ctx) => {
  await using stage = await staged(ctx);
  const maker = new LogMaker(ALICE, 'laptop');
  maker.visit(stage.now - DAY, stage.now - HOUR, 'release/1', 'jit-release');
  maker.lines.splice(0, 2);
  const page = await stage.browser.open(await stage.report([maker]));
  expect(await page.locator('.proof').textContent()).toMatch(/was changed[\s\S]*1 thing is wrong/);
});

test('many spans: the newest are drawn and listed, and the page says so', async (ctx) => {
  await using stage = await staged(ctx);
  const maker = new LogMaker(ALICE, 'laptop');
  const many = 10_050;
  for (let at = 0; at < many; at += 1) {
    const begin = stage.now - 29 * DAY + at * 200_000;
    maker.visit(begin, begin + 100_000, `release/${at % 30}`, 'jit-release');
  }
  const page = await stage.browser.open(await stage.report([maker]));
  expect(await page.locator('#matches').textContent()).toContain('The newest 5,000 of them are drawn');
  expect(await page.locator('main').textContent()).toContain('The newest 10,000 of 10,050 are listed.');
  expect(await rows(page, 'bars').count()).toBe(50);
  await page.locator('#filter-text').fill('release/7 ');
  expect(await page.locator('#timeline figure').count()).toBe(1);
  expect(stage.browser.complaints).toEqual([]);
});

test('filters and the time of the command apply, and stand on the page', async (ctx) => {
  await using stage = await staged(ctx);
  const makers = threePeople(stage.now);
  const one = await stage.browser.open(await stage.report(makers, '--user', 'alice@acme.example'));
  expect(await bars(one).count()).toBe(1);
  expect(await one.locator('.period').first().textContent()).toContain('only user alice@acme.example');
  const late = await stage.browser.open(await stage.report(makers, '--since', '24h'));
  // What was given before is still held.
  expect(await late.locator('#timeline h3').allInnerTexts()).toEqual(['bob@acme.example']);
});

test('a file that is there is replaced, through a link too, and a directory is refused', async () => {
  await using sandbox = await Sandbox.create();
  const [log, page, link] = ['log.jsonl', 'page.html', 'link.html'].map((name) =>
    join(sandbox.root, name),
  ) as [string, string, string];
  await writeFile(log, new LogMaker(ALICE, 'laptop').text);
  await writeFile(page, 'old', { mode: 0o644 });
  await symlink(page, link);
  const report = (path: string) =>
    sandbox.run(
      process.execPath,
      [sandbox.bin, 'log', 'report', '--html', path, '--from', log],
      sandbox.root,
    );
  expect(await report(link)).toMatchObject({ status: 0 });
  expect(await readFile(page, 'utf8')).toContain('<!doctype html>');
  expect((await lstat(page)).mode & 0o777).toBe(0o644);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await report(sandbox.root)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('directory'),
  });
});
