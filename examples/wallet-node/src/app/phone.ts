/** What surrounds the app on the phone. A test build puts doubles in these places. */
import type { Bill, PaymentResult, ServerLink } from '../link.js';

/** What is given to the SDK's launch. */
export interface LaunchParams {
  readonly url: string;
  readonly userAgent?: string;
  readonly acDecodeConfig?: string;
}

/** The part of a result that the SDK reads: empty when there is nothing for it to do. */
export interface DecodeResult {
  readonly sdkActionPayload?: string;
}

/** The Alipay+ client SDK: what the app calls. */
export interface ClientSdk {
  launch(params: LaunchParams): Promise<void>;
  handleAction(params: { readonly sdkActionPayload: string }): Promise<void>;
}

/** What the SDK hands over with a call of decode. One of the two is to be run, once. */
export interface DecodeCallback {
  onSuccess(result: DecodeResult): Promise<void>;
  onFailure(errorCode: string, errorMessage: string): Promise<void>;
}

/** The app's own pages. */
export interface Screens {
  /** Shows a bill; comes back when the consumer has confirmed it. */
  cashier(bill: Bill): Promise<void>;
  result(result: PaymentResult): Promise<void>;
}

export interface Phone {
  readonly link: ServerLink;
  readonly sdk: ClientSdk;
  readonly screens: Screens;
}
