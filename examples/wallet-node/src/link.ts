/** What the app and its server say to each other. */
import type { Amount } from './server/answers.js';

/** What a code is. `OPEN_URL` brings what the SDK's launch wants. */
export type Identity =
  | { readonly action: 'OPEN_URL'; readonly url: string; readonly userAgent: string }
  | { readonly action: 'DECODE' }
  | { readonly action: 'NONE' };

/** How a payment ended. */
export type PaymentResult =
  | { readonly status: 'S' }
  | { readonly status: 'F'; readonly errorCode: string };

/** What the cashier page shows. The app never says what is to be paid: it confirms a payment by its id. */
export interface Bill {
  readonly paymentId: string;
  readonly merchantName?: string;
  readonly paymentAmount: Amount;
  readonly payToAmount: Amount;
}

/** What became of an order code: the SDK acts, or the consumer is to confirm a bill, or all is over already. */
export type DecodeAnswer =
  | { readonly actionType: 'HANDLE_BY_SDK'; readonly sdkActionPayload: string }
  | { readonly actionType: 'HANDLE_BY_PSP'; readonly bill: Bill }
  | { readonly actionType: 'HANDLE_BY_PSP'; readonly payment: PaymentResult };

/** The server as the app sees it, with its customer logged in. */
export interface ServerLink {
  identify(codeValue: string): Promise<Identity>;
  decode(codeValue: string): Promise<DecodeAnswer>;
  pay(paymentId: string): Promise<PaymentResult>;
}
