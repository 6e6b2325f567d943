/** Reports to the observer (openapi/observer.yaml): one at a time, in order, each sent until it is taken. */

export type ReportName =
  | 'launch'
  | 'decode-callback'
  | 'handle-action'
  | 'identity-answer'
  | 'server-answer'
  | 'cashier-page'
  | 'result-page';

/** Is told of what could not be reported, or was refused. */
export type OnProblem = (problem: string) => void;

export interface Timing {
  /** Milliseconds that an answer may take; the observer holds that of a cashier page back for a while. */
  readonly timeoutMs: number;
  /** Milliseconds for which a report is sent again and again. */
  readonly retryForMs: number;
  /** Milliseconds between two attempts. */
  readonly pauseMs: number;
}

export const TIMING: Timing = { timeoutMs: 60_000, retryForMs: 120_000, pauseMs: 250 };

/** The reports of one test build that are on their way, whichever payments they are about. */
export class Reports {
  private readonly lines = new Map<string, Promise<void>>();

  constructor(
    private readonly onProblem: OnProblem,
    private readonly timing: Timing,
  ) {}

  /** The observer addresses to which one is on its way, or will be sent again. */
  get pending(): string[] {
    return [...this.lines.keys()];
  }

  /** Comes back when the report was taken, or could not be brought; never throws. */
  report(observerUrl: string, name: ReportName, body: object): Promise<void> {
    // The text is made at once: the wallet may change the object afterwards.
    const text = JSON.stringify(body);
    const before = this.lines.get(observerUrl) ?? Promise.resolve();
    const line = before.then(() => this.bring(observerUrl, name, text)).finally(() => {
      if (this.lines.get(observerUrl) === line) {
        this.lines.delete(observerUrl);
      }
    });
    this.lines.set(observerUrl, line);
    return line;
  }

  private async bring(observerUrl: string, name: ReportName, text: string): Promise<void> {
    const id = newId();
    const end = Date.now() + this.timing.retryForMs;
    for (;;) {
      const problem = await this.attempt(`${observerUrl}/${name}`, id, text);
      if (problem === undefined) {
        return;
      }
      if (problem.final || Date.now() >= end) {
        this.onProblem(`${name}: ${problem.words}`);
        return;
      }
      await pause(this.timing.pauseMs);
    }
  }

  private async attempt(url: string, id: string, body: string): Promise<{ words: string; final: boolean } | undefined> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'report-id': id },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(this.timing.timeoutMs),
      });
      const words = (await response.text()).slice(0, 300);
      return response.ok ? undefined : { words: `${response.status} ${words}`, final: response.status < 500 };
    } catch (problem) {
      return { words: String(problem), final: false };
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Unlike any other; pages that were not loaded by https have no crypto.randomUUID. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
