/** Doubles for what surrounds the app: each does as little as possible, and reports what it is asked to do. */
import type { ClientSdk, DecodeCallback, DecodeResult, LaunchParams, Screens } from '../app/phone.js';
import type { Bill, DecodeAnswer, Identity, PaymentResult, ServerLink } from '../link.js';
import type { Observer } from './observer.js';

/** In the place of the Alipay+ client SDK. */
export class SdkDouble implements ClientSdk {
  constructor(private readonly observer: Observer) {}

  launch(params: LaunchParams): Promise<void> {
    return this.observer.report('launch', params);
  }

  handleAction({ sdkActionPayload }: { sdkActionPayload: string }): Promise<void> {
    return this.observer.report('handle-action', { sdkActionPayload });
  }
}

/** In the place of the callback that the SDK hands over with a call of decode. */
export class CallbackDouble implements DecodeCallback {
  constructor(
    private readonly observer: Observer,
    private readonly callback: string,
  ) {}

  onSuccess(result: DecodeResult): Promise<void> {
    return this.observer.report('decode-callback', { callback: this.callback, outcome: 'success', ...result });
  }

  onFailure(errorCode: string, errorMessage: string): Promise<void> {
    const { callback } = this;
    return this.observer.report('decode-callback', { callback, outcome: 'failure', errorCode, errorMessage });
  }
}

/** In the place of the screen, and of the thumb that confirms what it shows. */
export class ScreensDouble implements Screens {
  constructor(private readonly observer: Observer) {}

  cashier(_bill: Bill): Promise<void> {
    return this.observer.report('cashier-page', {});
  }

  result(result: PaymentResult): Promise<void> {
    return this.observer.report('result-page', result);
  }
}

/** Around the app's way to its server: reports what comes over it (`app_link` in wallet.toml). */
export class ReportedLink implements ServerLink {
  constructor(
    private readonly link: ServerLink,
    private readonly observer: Observer,
  ) {}

  async identify(codeValue: string): Promise<Identity> {
    const identity = await this.link.identify(codeValue);
    await this.observer.report('identity-answer', { codeValue, action: identity.action });
    return identity;
  }

  async decode(codeValue: string): Promise<DecodeAnswer> {
    const answer = await this.link.decode(codeValue);
    const { actionType } = answer;
    if (actionType === 'HANDLE_BY_SDK') {
      await this.observer.report('server-answer', { actionType, sdkActionPayload: answer.sdkActionPayload });
    } else {
      await this.observer.report('server-answer', { actionType, ...('payment' in answer ? told(answer.payment) : {}) });
    }
    return answer;
  }

  async pay(paymentId: string): Promise<PaymentResult> {
    const result = await this.link.pay(paymentId);
    await this.observer.report('server-answer', told(result));
    return result;
  }
}

function told(result: PaymentResult): object {
  return result.status === 'S'
    ? { paymentStatus: 'S' }
    : { paymentStatus: 'F', errorCode: result.errorCode };
}
