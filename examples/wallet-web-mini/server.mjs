/** The MPP server of the miniature: identifies codes, asks Alipay+, debits, and tells Alipay+ how it ended. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const TRIES_MS = [0, 50, 100, 200, 400, 800];
const FAILED = (errorCode) => ({ status: 'F', errorCode });
const UNUSABLE = { result: FAILED('PROCESS_FAIL') };

export class MppServer {
  constructor(config) {
    this.config = config;
    this.privateKey = createPrivateKey(readFileSync(config.privateKeyFile, 'utf8'));
    const key = Buffer.from(readFileSync(config.alipayPlusPublicKeyFile, 'utf8'), 'base64');
    this.alipayPlusKey = createPublicKey({ key, format: 'der', type: 'spki' });
    this.patterns = Object.entries(config.codes).map(([kind, template]) => [kind, patternOf(template)]);
    this.payments = new Map();
  }

  /** 'entry', 'order', or nothing where the code is none of Alipay+'s. */
  identify(codeValue) {
    return this.patterns.find(([, pattern]) => pattern.test(codeValue))?.[0];
  }

  /** What to do about an order code: { sdkActionPayload }, { order } to confirm, or { result } where all is over. */
  async decode(codeValue, customerId) {
    for (const delay of TRIES_MS) {
      await pause(delay);
      const answer = await this.call('/aps/api/v1/payments/userInitiatedPay', { codeValue, customerId });
      const { actionType, sdkActionPayload } = answer?.actionForm ?? {};
      if (actionType === 'HANDLE_BY_SDK') return isText(sdkActionPayload) ? { sdkActionPayload } : UNUSABLE;
      if (answer?.result.resultStatus === 'F') return { result: FAILED(answer.result.resultCode) };
      if (answer?.result.resultStatus === 'S') return isPayable(answer) ? this.known(answer, customerId) : UNUSABLE;
    }
    return { result: FAILED('TRY_AGAIN_LATER') };
  }

  /** Pays an order that its customer has confirmed; a second time it takes nothing. */
  pay({ order, customerId }) {
    const payment = this.payments.get(order.paymentRequestId);
    if (!payment.result) {
      const isExpired = Date.now() >= Date.parse(order.paymentExpiryTime ?? '');
      const canPay = this.config.canPay.includes(customerId);
      payment.result = isExpired ? FAILED('ORDER_IS_CLOSED') : canPay ? { status: 'S' } : FAILED('BALANCE_NOT_ENOUGH');
      void this.notify(order, customerId, payment.result);
    }
    return payment.result;
  }

  known(order, customerId) {
    const payment = this.payments.get(order.paymentRequestId) ?? { order, customerId };
    this.payments.set(order.paymentRequestId, payment);
    if (payment.customerId !== customerId) return { result: FAILED('REPEAT_REQ_INCONSISTENT') };
    return payment.result === undefined ? payment : { result: payment.result };
  }

  async notify({ paymentRequestId, paymentAmount, payToAmount, paymentNotifyUrl }, customerId, { status, errorCode }) {
    const paymentResult = { resultStatus: status, resultCode: errorCode ?? 'SUCCESS', resultMessage: 'see resultCode' };
    const paid = { paymentId: `mini-${paymentRequestId}`, paymentTime: new Date().toISOString(), customerId };
    for (const delay of TRIES_MS) {
      await pause(delay);
      const told = { paymentRequestId, paymentAmount, payToAmount, paymentResult, ...paid };
      const answer = await this.call(paymentNotifyUrl || '/aps/api/v1/payments/notifyPayment', told);
      if (answer?.result.resultStatus === 'S') break;
    }
  }

  /** The answer of Alipay+; nothing where none came that can be believed. */
  async call(place, request) {
    const url = new URL(place, this.config.gateway);
    const { clientId } = this.config;
    const target = url.pathname + url.search;
    const signed = (time, body) => Buffer.concat([Buffer.from(`POST ${target}\n${clientId}.${time}.`), body]);
    const body = Buffer.from(JSON.stringify(request));
    const time = new Date().toISOString();
    const made = encodeURIComponent(sign('sha256', signed(time, body), this.privateKey).toString('base64'));
    const signature = `algorithm=RSA256,keyVersion=1,signature=${made}`;
    const headers = { 'content-type': 'application/json', 'client-id': clientId, 'request-time': time, signature };
    try {
      const signal = AbortSignal.timeout(3000);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      const bytes = Buffer.from(await response.arrayBuffer());
      const [, theirs] = /signature=([^,\s]+)/.exec(response.headers.get('signature')) ?? [];
      const content = signed(response.headers.get('response-time'), bytes);
      const isTheirs = verify('sha256', content, this.alipayPlusKey, Buffer.from(decodeURIComponent(theirs), 'base64'));
      const answer = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      return isTheirs && response.status === 200 && typeof answer.result.resultStatus === 'string' ? answer : undefined;
    } catch {
      return undefined;
    }
  }
}

const isPayable = ({ paymentRequestId, paymentAmount, payToAmount }) =>
  isText(paymentRequestId) && [paymentAmount, payToAmount].every(isAmount);
const isText = (found) => typeof found === 'string' && found !== '';
const isAmount = (found) => isText(found?.value) && /^(0|[1-9][0-9]*)$/.test(found.value);

const patternOf = (template) => new RegExp(`^${template.split('{id}').map(escaped).join('[0-9]{20}')}$`);
const escaped = (literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
