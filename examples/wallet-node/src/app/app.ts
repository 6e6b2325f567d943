/** The MPP client: what the app does with a scan, and with a call of decode from the Alipay+ client SDK. */
import type { DecodeAnswer, PaymentResult } from '../link.js';
import type { DecodeCallback, Phone } from './phone.js';

export class App {
  constructor(protected readonly phone: Phone) {}

  /** The camera has read a code. */
  async scan(codeValue: string): Promise<void> {
    const identity = await this.phone.link.identify(codeValue);
    switch (identity.action) {
      case 'OPEN_URL': {
        const { url, userAgent } = identity;
        return this.phone.sdk.launch({ url, userAgent });
      }
      case 'DECODE':
        return this.orderCode(codeValue);
      case 'NONE':
        // Not a code of Alipay+: the wallet's other ways to pay would have their turn here.
        return undefined;
    }
  }

  /** The SDK has intercepted an order code on a merchant page. The callback runs when the payment is over. */
  async decode(codeValue: string, callback: DecodeCallback): Promise<void> {
    const answer = await this.askServer(codeValue);
    if (answer.actionType === 'HANDLE_BY_SDK') {
      return this.handBack(answer.sdkActionPayload, callback);
    }
    const result = await this.finish(answer);
    return result.status === 'S'
      ? callback.onSuccess({})
      : callback.onFailure(result.errorCode, 'The payment has failed.');
  }

  /** Entry code, HANDLE_BY_SDK: the payload goes back on the success path, even if decoding failed. */
  protected handBack(sdkActionPayload: string, callback: DecodeCallback): Promise<void> {
    return callback.onSuccess({ sdkActionPayload });
  }

  /** Order code, HANDLE_BY_SDK: the SDK takes over, and its page is the only one. */
  protected handOver(sdkActionPayload: string): Promise<void> {
    return this.phone.sdk.handleAction({ sdkActionPayload });
  }

  /** HANDLE_BY_PSP: cashier page if there is something to confirm, then the result page. */
  protected async finish(answer: Exclude<DecodeAnswer, { actionType: 'HANDLE_BY_SDK' }>): Promise<PaymentResult> {
    const { link, screens } = this.phone;
    let result: PaymentResult;
    if ('bill' in answer) {
      await screens.cashier(answer.bill);
      result = await link.pay(answer.bill.paymentId);
    } else {
      result = answer.payment;
    }
    await screens.result(result);
    return result;
  }

  /** Without an answer of the server there is nothing to pay, and the consumer has to hear of it. */
  protected async askServer(codeValue: string): Promise<DecodeAnswer> {
    try {
      return await this.phone.link.decode(codeValue);
    } catch {
      return { actionType: 'HANDLE_BY_PSP', payment: { status: 'F', errorCode: 'SERVER_UNREACHABLE' } };
    }
  }

  private async orderCode(codeValue: string): Promise<void> {
    const answer = await this.askServer(codeValue);
    if (answer.actionType === 'HANDLE_BY_SDK') {
      return this.handOver(answer.sdkActionPayload);
    }
    await this.finish(answer);
  }
}
