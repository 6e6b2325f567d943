/** One payment in the books of the MPP server, and what Alipay+ is told of it. */
import type { PaymentResult } from '../link.js';
import type { Order } from './answers.js';

export interface Payment {
  readonly paymentId: string;
  readonly customerId: string;
  readonly order: Order;
  /** Missing as long as the consumer has not confirmed. `time` is in ISO 8601. */
  end?: { readonly result: PaymentResult; readonly time: string };
}

/** The part that notifyPayment and the answer to inquiryPayment have in common. */
export function stateOf({ order, paymentId, customerId, end }: Payment): object {
  return {
    paymentResult: paymentResultOf(end?.result),
    paymentId,
    ...(end === undefined ? {} : { paymentTime: end.time }),
    paymentAmount: order.paymentAmount,
    payToAmount: order.payToAmount,
    customerId,
  };
}

function paymentResultOf(result: PaymentResult | undefined): object {
  if (result === undefined) {
    return { resultCode: 'PAYMENT_IN_PROCESS', resultStatus: 'U', resultMessage: 'not confirmed yet' };
  }
  return result.status === 'S'
    ? { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'paid' }
    : { resultCode: result.errorCode, resultStatus: 'F', resultMessage: 'not paid' };
}
