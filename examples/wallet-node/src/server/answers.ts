/** What Alipay+ answers, read with care: a field of another type than documented counts as absent. */

export interface Amount {
  readonly currency: string;
  /** Whole minor units, in digits. */
  readonly value: string;
}

export type ResultStatus = 'S' | 'F' | 'U';

export interface Result {
  readonly resultCode: string;
  readonly resultStatus: ResultStatus;
}

/** An order that Alipay+ has placed: all that is needed to pay it. */
export interface Order {
  readonly paymentRequestId: string;
  readonly paymentAmount: Amount;
  readonly payToAmount: Amount;
  readonly merchantName?: string;
  readonly notifyUrl?: string;
  readonly expiryTime?: string;
}

/** The answer of userInitiatedPay. */
export interface Answer extends Result {
  readonly actionType?: string;
  readonly sdkActionPayload?: string;
  readonly order?: Order;
}

/** Nothing that can be believed came back; whether the call took effect is unknown. */
export class NoAnswer extends Error {}

type Json = Record<string, unknown>;

const DIGITS = /^(?:0|[1-9][0-9]{0,17})$/;

/** Reads `result`; NoAnswer if it is not there. */
export function readResult(body: Json): Result {
  const result = object(body['result']);
  const resultStatus = result?.['resultStatus'];
  const resultCode = text(result?.['resultCode']);
  if ((resultStatus !== 'S' && resultStatus !== 'F' && resultStatus !== 'U') || resultCode === undefined) {
    throw new NoAnswer('the answer has no result that could be read');
  }
  return { resultCode, resultStatus };
}

/** Reads the answer of userInitiatedPay; NoAnswer if it has no result. */
export function readAnswer(body: Json): Answer {
  const form = object(body['actionForm']);
  return {
    ...readResult(body),
    ...given('actionType', text(form?.['actionType'])),
    ...given('sdkActionPayload', text(form?.['sdkActionPayload'])),
    ...given('order', readOrder(body)),
  };
}

/** A JSON object, or nothing. */
export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function readOrder(body: Json): Order | undefined {
  const paymentRequestId = text(body['paymentRequestId']);
  const paymentAmount = amount(body['paymentAmount']);
  const payToAmount = amount(body['payToAmount']);
  if (paymentRequestId === undefined || paymentAmount === undefined || payToAmount === undefined) {
    return undefined;
  }
  const merchant = object(object(body['order'])?.['merchant']);
  return {
    paymentRequestId,
    paymentAmount,
    payToAmount,
    ...given('merchantName', text(merchant?.['merchantName'])),
    ...given('notifyUrl', text(body['paymentNotifyUrl'])),
    ...given('expiryTime', text(body['paymentExpiryTime'])),
  };
}

function amount(value: unknown): Amount | undefined {
  const found = object(value);
  const currency = text(found?.['currency']);
  const units = text(found?.['value']);
  return currency !== undefined && units !== undefined && DIGITS.test(units) ? { currency, value: units } : undefined;
}

/** Text that is not empty, or nothing. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}
