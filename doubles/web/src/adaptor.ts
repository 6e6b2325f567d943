/** What the suite asks of a test build (openapi/mpp-adaptor.yaml), whichever way it comes. */
import { FRAME, type Webview } from './frame.js';
import { type OnProblem, Reports, TIMING, type Timing } from './reports.js';
import { AlipayPlusClientMPM, type Report, Screens } from './sdk.js';

const MAX_PHONES = 10_000;

/** A code in front of the camera of a phone; each scan has a phone of its own. */
export interface Phone {
  readonly codeValue: string;
  /** Who is logged in. */
  readonly customerId: string;
  /** In the place of the Alipay+ client SDK. */
  readonly sdk: AlipayPlusClientMPM;
  readonly screens: Screens;
}

export interface TestBuild {
  readonly wallet: string;
  readonly version: string;
  /** Does what the app does with a code in front of its camera. */
  scan(phone: Phone): void | Promise<void>;
  /** Is told of what goes wrong in the test build; console.error, if left out. */
  readonly onProblem?: OnProblem;
  /** Where Alipay+'s own pages are opened; a frame over the whole page, if left out (on Node: nowhere). */
  readonly webview?: Webview;
  readonly timing?: Partial<Timing>;
}

/** A call could not be carried out, which proves nothing about the wallet. */
export class NotCarriedOut extends Error {}

export class Adaptor {
  readonly reports: Reports;
  readonly problem: OnProblem;
  readonly timing: Timing;
  readonly webview: Webview;
  private readonly phones = new Map<string, Phone>();

  constructor(readonly build: TestBuild) {
    this.problem = build.onProblem ?? ((words) => console.error(`test build: ${words}`));
    this.webview = build.webview ?? FRAME;
    this.timing = { ...TIMING, ...build.timing };
    this.reports = new Reports(this.problem, this.timing);
  }

  /** Begins what is asked, and does not wait for its end. NotCarriedOut says why it cannot be. */
  call(operation: string, body: unknown): void {
    const asked: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
    const observerUrl = address(asked, 'observerUrl').replace(/\/+$/, '');
    if (operation === 'scan') {
      const errorPageUrl = asked['errorPageUrl'] === undefined ? undefined : address(asked, 'errorPageUrl');
      this.scan(text(asked, 'codeValue', 8192), text(asked, 'customerId', 64), observerUrl, errorPageUrl);
    } else if (operation === 'decode') {
      this.decode(text(asked, 'codeValue', 512), text(asked, 'callback', 128), observerUrl);
    } else {
      throw new NotCarriedOut(`there is no operation ${operation.slice(0, 100)}`);
    }
  }

  private scan(codeValue: string, customerId: string, observerUrl: string, errorPageUrl: string | undefined): void {
    const report: Report = (name, body) => this.reports.report(observerUrl, name, body);
    const pages = errorPageUrl === undefined ? {} : { errorPage: () => this.opens(errorPageUrl) };
    const phone = { codeValue, customerId, sdk: new AlipayPlusClientMPM(report, pages), screens: new Screens(report) };
    const [oldest] = this.phones.keys();
    if (this.phones.size >= MAX_PHONES && oldest !== undefined) {
      this.phones.delete(oldest);
    }
    this.phones.set(observerUrl, phone);
    this.begin('scan', () => {
      this.webview.close();
      return this.build.scan(phone);
    });
  }

  private decode(codeValue: string, callback: string, observerUrl: string): void {
    const phone = this.phones.get(observerUrl);
    if (phone === undefined) {
      throw new NotCarriedOut('no scan came with this observerUrl');
    }
    this.begin('decode', () => phone.sdk.decode(codeValue, callback));
  }

  /** What the wallet asked for goes on, whatever becomes of the page. */
  private opens(url: string): void {
    try {
      this.webview.open(url);
    } catch (problem) {
      this.problem(`${url}: ${String(problem)}`);
    }
  }

  private begin(what: string, act: () => void | Promise<void>): void {
    // In a turn of its own: whatever the wallet does, the call was understood.
    Promise.resolve()
      .then(act)
      .catch((problem: unknown) => this.problem(`${what}: ${String(problem)}`));
  }
}

function address(body: Record<string, unknown>, name: string): string {
  const value = text(body, name, 2048);
  if (!/^https?:\/\//.test(value)) {
    throw new NotCarriedOut(`${name}: expected an http or https address`);
  }
  return value;
}

function text(body: Record<string, unknown>, name: string, maxLength: number): string {
  const value = body[name];
  // Characters, as openapi/ counts them.
  if (typeof value !== 'string' || value === '' || (value.length > maxLength && [...value].length > maxLength)) {
    throw new NotCarriedOut(`${name}: expected text of 1 to ${maxLength} characters`);
  }
  return value;
}
