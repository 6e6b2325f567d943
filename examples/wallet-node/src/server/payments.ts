/** The MPP server's part in a payment: decode, pay once, tell Alipay+, take back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DecodeAnswer, PaymentResult } from '../link.js';
import { log } from '../log.js';
import type { Accounts } from './accounts.js';
import type { AlipayPlus } from './alipayPlus.js';
import { type Answer, NoAnswer, type Order } from './answers.js';
import type { Step } from './nextStep.js';
import type { Notifier } from './notifier.js';
import { type Payment, stateOf } from './payment.js';

/** Why an order is not paid any more: it has expired, or was cancelled. */
const CLOSED: PaymentResult = { status: 'F', errorCode: 'ORDER_IS_CLOSED' };

export interface PaymentsOptions {
  readonly alipayPlus: AlipayPlus;
  readonly accounts: Accounts;
  readonly notifier: Notifier;
  readonly nextStep: (answer: Answer) => Step;
  readonly retryDelaysMs: readonly number[];
}

/** Keeps its books in memory: one payment for each paymentRequestId. */
export class Payments {
  private readonly byRequest = new Map<string, Payment>();
  private readonly byId = new Map<string, Payment>();

  constructor(private readonly options: PaymentsOptions) {}

  /** Asks Alipay+ what to do about an order code, anew for every scan. */
  async decode(codeValue: string, customerId: string): Promise<DecodeAnswer> {
    const step = await this.ask(codeValue, customerId);
    switch (step.kind) {
      case 'sdk':
        return { actionType: 'HANDLE_BY_SDK', sdkActionPayload: step.payload };
      case 'fail':
        return failed(step.errorCode);
      case 'pay':
        return this.bill(step.order, customerId);
    }
  }

  /** Pays a bill that its customer has confirmed. Confirmed again, it brings the same result and takes no money. */
  pay(paymentId: string, customerId: string): PaymentResult {
    const payment = this.byId.get(paymentId);
    if (payment === undefined || payment.customerId !== customerId) {
      return { status: 'F', errorCode: 'ORDER_NOT_EXIST' };
    }
    if (payment.end !== undefined) {
      return payment.end.result;
    }
    const result = this.settle(payment);
    finish(payment, result);
    const notification = { paymentRequestId: payment.order.paymentRequestId, ...stateOf(payment) };
    this.options.notifier.announce(notification, payment.order.notifyUrl);
    return result;
  }

  /** The payment for an order of Alipay+. */
  find(paymentRequestId: string): Payment | undefined {
    return this.byRequest.get(paymentRequestId);
  }

  /** Closes an order whatever its state, and gives back what was paid; once, however often. False: nobody knows it. */
  cancel(paymentRequestId: string): boolean {
    const payment = this.find(paymentRequestId);
    if (payment === undefined) {
      return false;
    }
    if (payment.end?.result.status === 'S') {
      this.options.accounts.credit(payment.customerId, payment.order.payToAmount);
    }
    if (payment.end?.result !== CLOSED) {
      finish(payment, CLOSED);
    }
    return true;
  }

  private async ask(codeValue: string, customerId: string): Promise<Exclude<Step, { kind: 'retry' }>> {
    for (const delay of [0, ...this.options.retryDelaysMs]) {
      await pause(delay);
      const step = await this.askOnce(codeValue, customerId);
      if (step.kind !== 'retry') {
        return step;
      }
    }
    return { kind: 'fail', errorCode: 'TRY_AGAIN_LATER' };
  }

  private async askOnce(codeValue: string, customerId: string): Promise<Step> {
    try {
      return this.options.nextStep(await this.options.alipayPlus.userInitiatedPay(codeValue, customerId));
    } catch (problem) {
      if (problem instanceof NoAnswer) {
        log('userInitiatedPay', problem);
        return { kind: 'retry' };
      }
      throw problem;
    }
  }

  private bill(order: Order, customerId: string): DecodeAnswer {
    const payment = this.byRequest.get(order.paymentRequestId) ?? this.open(order, customerId);
    if (payment.customerId !== customerId) {
      return failed('REPEAT_REQ_INCONSISTENT');
    }
    if (payment.end !== undefined) {
      return { actionType: 'HANDLE_BY_PSP', payment: payment.end.result };
    }
    const { paymentAmount, payToAmount, merchantName } = payment.order;
    const merchant = merchantName === undefined ? {} : { merchantName };
    return {
      actionType: 'HANDLE_BY_PSP',
      bill: { paymentId: payment.paymentId, paymentAmount, payToAmount, ...merchant },
    };
  }

  private open(order: Order, customerId: string): Payment {
    const payment: Payment = { paymentId: randomUUID(), customerId, order };
    this.byRequest.set(order.paymentRequestId, payment);
    this.byId.set(payment.paymentId, payment);
    return payment;
  }

  private settle({ order, customerId }: Payment): PaymentResult {
    if (order.expiryTime !== undefined && Date.now() >= Date.parse(order.expiryTime)) {
      return CLOSED;
    }
    const reason = this.options.accounts.debit(customerId, order.payToAmount);
    return reason === undefined ? { status: 'S' } : { status: 'F', errorCode: reason };
  }
}

function failed(errorCode: string): DecodeAnswer {
  return { actionType: 'HANDLE_BY_PSP', payment: { status: 'F', errorCode } };
}

function finish(payment: Payment, result: PaymentResult): void {
  payment.end = { result, time: new Date().toISOString() };
}
