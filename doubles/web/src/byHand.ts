/** The double where a person scans (`run --by person`): nobody is reported to, and Alipay+'s own pages are opened. */
import type { TestBuild } from './adaptor.js';
import { FRAME } from './frame.js';
import { AlipayPlusClientMPM, Screens } from './sdk.js';

/** What the page calls with a code in front of its camera, and who is signed in. */
export type ScanByHand = (codeValue: string, customerId: string) => void;

/**
 * `errorPageUrl`: what stands for Alipay+'s error page, which `run --by person` prints. Order codes must be addresses of
 * the page's own origin, or the test build's webview one that hears of all: nothing else here can take them over.
 */
export function byHand(errorPageUrl: string, build: Pick<TestBuild, 'scan' | 'onProblem' | 'webview'>): ScanByHand {
  const { webview = FRAME, onProblem = (words: string) => console.error(`test build: ${words}`) } = build;
  const begin = async (act: () => void | Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (problem) {
      onProblem(String(problem));
    }
  };
  return (codeValue, customerId) => {
    const report = async (): Promise<void> => undefined;
    const sdk = new AlipayPlusClientMPM(report, {
      merchantPage: (url) =>
        webview.open(url, (orderCode) => {
          webview.close();
          void begin(() => sdk.decode(orderCode, 'by hand'));
        }),
      errorPage: () => webview.open(errorPageUrl),
    });
    webview.close();
    void begin(() => build.scan({ codeValue, customerId, sdk, screens: new Screens(report) }));
  };
}
