/** Reports to the suite what happens in one payment (openapi/observer.yaml). */
import { log } from '../log.js';

const TIMEOUT_MS = 5000;

export type Report =
  | 'launch'
  | 'decode-callback'
  | 'handle-action'
  | 'identity-answer'
  | 'server-answer'
  | 'cashier-page'
  | 'result-page';

export class Observer {
  constructor(private readonly url: string) {}

  /** Comes back when the report has been taken, so that the order of reports is the order of events. */
  async report(what: Report, body: object): Promise<void> {
    try {
      const response = await fetch(`${this.url}/${what}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) {
        log(what, `the observer answered with status ${response.status}`);
      }
    } catch (problem) {
      // A report that gets lost must not change what the wallet does.
      log(what, problem);
    }
  }
}
