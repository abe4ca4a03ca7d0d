// A headless browser for one test, that may ask nobody for anything; what it was asked for, and what it complained of.
import { type Browser, chromium, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
}

export class TestBrowser {
  private readonly browser: Browser;
  /** Requests for anything but the page itself. */
  readonly requests: string[] = [];
  /** What the page said on its console, and what it threw. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  static async start(executablePath: string): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath, args: ARGS }));
  }

  async open(file: string, { width = 1280, dark = false }: Look = {}): Promise<Page> {
    const page = await this.browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
    });
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('dialog', (dialog) => this.complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== `file://${file}`) this.requests.push(request.url());
    });
    await page.goto(`file://${file}`);
    await page.locator('#timeline figure, #timeline .none').first().waitFor();
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}
