/** The app's way to its server: HTTP. */
import type { DecodeAnswer, Identity, PaymentResult, ServerLink } from '../link.js';

export class HttpLink implements ServerLink {
  constructor(
    private readonly serverUrl: string,
    private readonly customerId: string,
  ) {}

  identify(codeValue: string): Promise<Identity> {
    return this.ask('identify', { codeValue });
  }

  decode(codeValue: string): Promise<DecodeAnswer> {
    return this.ask('decode', { codeValue, customerId: this.customerId });
  }

  pay(paymentId: string): Promise<PaymentResult> {
    return this.ask('pay', { paymentId, customerId: this.customerId });
  }

  // Both ends are ours, so the answer is taken to be what the server's types say.
  private async ask<T>(what: string, request: object): Promise<T> {
    const response = await fetch(`${this.serverUrl}/app/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) {
      throw new Error(`the wallet's server answered ${what} with status ${response.status}`);
    }
    return (await response.json()) as T;
  }
}
