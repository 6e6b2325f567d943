/** Fetches the suite's calls from a device address (openapi/device.yaml): for what nobody can call, a page or an app. */
import { Adaptor, NotCarriedOut, type TestBuild } from './adaptor.js';
import { pause } from './reports.js';

/** Longer than the suite holds an answer back. */
const POLL_MS = 30_000;

export interface Pulling {
  /** Asks no more. What is still reported goes to the suite all the same. */
  close(): void;
  /** Comes back when nothing is asked any more: closed, or another test build has taken the address over. */
  readonly ended: Promise<void>;
}

interface Call {
  readonly number: number;
  readonly operation: string;
  readonly body: unknown;
}

/** Plays `build` for the suite at `deviceUrl`, from now on, however often the connection breaks. */
export function startPulling(deviceUrl: string, build: TestBuild): Pulling {
  const device = new Device(deviceUrl.replace(/\/+$/, ''), new Adaptor(build));
  return { close: () => device.stop.abort(), ended: device.run() };
}

class Device {
  readonly stop = new AbortController();
  private client = '';
  private after = 0;
  private told = '';

  constructor(
    private readonly url: string,
    private readonly adaptor: Adaptor,
  ) {}

  async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        await (this.client === '' ? this.hello() : this.fetch());
        this.told = '';
      } catch (problem) {
        this.complain(problem);
        await pause(this.adaptor.timing.pauseMs);
      }
    }
  }

  private async hello(): Promise<void> {
    const { wallet, version } = this.adaptor.build;
    const { client } = (await this.say('hello', { wallet, version })) as { client: string };
    this.client = client;
    this.after = 0;
  }

  private async fetch(): Promise<void> {
    const { client, after } = this;
    const pending = this.adaptor.reports.pending.map((url) => url.slice(url.lastIndexOf('/') + 1));
    const { calls } = (await this.say('calls', { client, after, pending })) as { calls?: Call[] };
    for (const call of (calls ?? []).filter(({ number }) => number > after)) {
      // Fetched: it must not be begun twice, whatever becomes of the answer.
      this.after = call.number;
      const problem = this.begin(call);
      void this.answer({ client, number: call.number, ...(problem === undefined ? {} : { problem }) });
    }
  }

  private begin(call: Call): string | undefined {
    try {
      this.adaptor.call(call.operation, call.body);
      return undefined;
    } catch (problem) {
      return problem instanceof NotCarriedOut ? problem.message : String(problem);
    }
  }

  private async answer(body: { readonly client: string; readonly number: number; readonly problem?: string }): Promise<void> {
    const end = Date.now() + this.adaptor.timing.retryForMs;
    while (Date.now() < end && this.client === body.client) {
      try {
        await this.say('answers', body);
        return;
      } catch (problem) {
        this.complain(problem);
        await pause(this.adaptor.timing.pauseMs);
      }
    }
  }

  private async say(what: string, body: object): Promise<unknown> {
    const [response, text] = await this.posted(`${this.url}/${what}`, JSON.stringify(body)).catch((problem: unknown) => {
      throw new Error(`the suite does not answer; it is asked again until it does (${problem})`);
    });
    if (response.status === 410) {
      this.stop.abort();
    }
    if (response.status === 409 && text.includes('has said hello')) {
      this.client = ''; // Another run has begun: hello is said to it.
      return {};
    }
    if (!response.ok) {
      throw new Error(`${what}: ${response.status} ${text.slice(0, 300)}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Ends with `stop`, and after a while; AbortSignal.any is not in every browser. */
  private async posted(url: string, body: string): Promise<[Response, string]> {
    const bounded = new AbortController();
    const abort = (): void => bounded.abort();
    const timer = setTimeout(abort, POLL_MS);
    this.stop.signal.addEventListener('abort', abort);
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: bounded.signal });
      return [response, await response.text()];
    } finally {
      clearTimeout(timer);
      this.stop.signal.removeEventListener('abort', abort);
    }
  }

  /** Once for each trouble in a row: a suite that is not there yet is asked again and again. */
  private complain(problem: unknown): void {
    const words = problem instanceof Error ? problem.message : String(problem);
    if (words !== this.told && !(this.stop.signal.aborted && words.includes('Abort'))) {
      this.told = words;
      this.adaptor.problem(words);
    }
  }
}
