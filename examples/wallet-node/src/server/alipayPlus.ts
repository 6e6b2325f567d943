/** The two calls to Alipay+: signed, bounded in time and size, believed only if the answer's signature verifies. */
import { type Answer, NoAnswer, object, readAnswer, readResult, type Result } from './answers.js';
import type { Sign, Verify } from './signature.js';

const PAY = '/aps/api/v1/payments/userInitiatedPay';
const NOTIFY = '/aps/api/v1/payments/notifyPayment';
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface AlipayPlusOptions {
  readonly url: string;
  readonly clientId: string;
  readonly timeoutMs: number;
  readonly sign: Sign;
  readonly verify: Verify;
}

export class AlipayPlus {
  constructor(private readonly options: AlipayPlusOptions) {}

  /** Decodes an order code. NoAnswer if nothing came that can be believed; it is safe to ask again. */
  async userInitiatedPay(codeValue: string, customerId: string): Promise<Answer> {
    return readAnswer(await this.call(this.address(PAY), { codeValue, customerId }));
  }

  /** Tells how a payment ended, at the address that came with its order. */
  async notifyPayment(notification: object, notifyUrl?: string): Promise<Result> {
    return readResult(await this.call(notifyUrl ?? this.address(NOTIFY), notification));
  }

  private address(path: string): string {
    return this.options.url.replace(/\/+$/, '') + path;
  }

  private async call(address: string, request: object): Promise<Record<string, unknown>> {
    const { clientId, sign, timeoutMs } = this.options;
    const url = new URL(address);
    const path = url.pathname + url.search;
    const body = Buffer.from(JSON.stringify(request));
    const time = new Date().toISOString();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=UTF-8',
          'client-id': clientId,
          'request-time': time,
          signature: sign({ path, clientId, time, body }),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return this.believed(response, path, await bytesOf(response));
    } catch (problem) {
      throw problem instanceof NoAnswer ? problem : new NoAnswer(`no answer from ${url.host}`, { cause: problem });
    }
  }

  private believed(response: Response, path: string, body: Uint8Array): Record<string, unknown> {
    const time = response.headers.get('response-time');
    const header = response.headers.get('signature');
    const { clientId, verify } = this.options;
    if (response.headers.get('client-id') !== clientId || time === null || header === null) {
      throw new NoAnswer('the answer is not signed, or not meant for us');
    }
    if (!verify(header, { path, clientId, time, body })) {
      throw new NoAnswer('the signature of the answer does not verify');
    }
    const found = object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
    if (response.status !== 200 || found === undefined) {
      throw new NoAnswer(`the answer is no JSON object, or has status ${response.status}`);
    }
    return found;
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new NoAnswer('the answer is too long');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
