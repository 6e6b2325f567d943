/** What an answer of userInitiatedPay asks of the MPP server. */
import type { Answer, Order } from './answers.js';

export type Step =
  | { readonly kind: 'sdk'; readonly payload: string }
  | { readonly kind: 'pay'; readonly order: Order }
  | { readonly kind: 'fail'; readonly errorCode: string }
  | { readonly kind: 'retry' };

/**
 * actionType decides first, whatever resultStatus says. All but HANDLE_BY_SDK is ours to handle: HANDLE_BY_PSP, no
 * actionForm at all (as before the upgrade), and types that nobody has heard of yet.
 */
export function nextStep(answer: Answer): Step {
  if (answer.actionType === 'HANDLE_BY_SDK') {
    return answer.sdkActionPayload === undefined
      ? { kind: 'fail', errorCode: 'PROCESS_FAIL' }
      : { kind: 'sdk', payload: answer.sdkActionPayload };
  }
  switch (answer.resultStatus) {
    case 'U':
      return { kind: 'retry' };
    case 'F':
      return { kind: 'fail', errorCode: answer.resultCode };
    case 'S':
      return answer.order === undefined
        ? { kind: 'fail', errorCode: 'PROCESS_FAIL' }
        : { kind: 'pay', order: answer.order };
  }
}
