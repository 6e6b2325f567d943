/** What the suite does not see of the answers to Alipay+: money that goes back, and what becomes of broken calls. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { Accounts } from './accounts.js';
import type { AlipayPlus } from './alipayPlus.js';
import { askedByAlipayPlus } from './asked.js';
import { nextStep } from './nextStep.js';
import type { Notifier } from './notifier.js';
import { Payments } from './payments.js';
import { signer, verifier } from './signature.js';

const WALLET = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ALIPAY_PLUS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CLIENT = 'client';
const PATH = '/aps/api/v1/payments/';
const ORDER = {
  paymentRequestId: 'request-1',
  paymentAmount: { currency: 'CNY', value: '1000' },
  payToAmount: { currency: 'MYR', value: '643' },
};
const ABOUT_ORDER = JSON.stringify({ acquirerId: 'a', pspId: 'p', paymentRequestId: ORDER.paymentRequestId });

/** A server with one order in its books, whose customer has what it costs. */
class Bench {
  readonly notified: Record<string, unknown>[] = [];
  readonly accounts = new Accounts([{ id: 'customer', balance: '643' }], 'MYR');
  private readonly server: FastifyInstance = Fastify();
  private readonly payments: Payments;

  constructor() {
    const alipayPlus = {
      userInitiatedPay: async () => ({ resultCode: 'SUCCESS', resultStatus: 'S', order: ORDER }),
    } as unknown as AlipayPlus;
    const notifier = {
      announce: (notification: Record<string, unknown>) => this.notified.push(notification),
    } as unknown as Notifier;
    this.payments = new Payments({ alipayPlus, accounts: this.accounts, notifier, nextStep, retryDelaysMs: [] });
    const sign = signer(WALLET.privateKey, 1);
    const verify = verifier(ALIPAY_PLUS.publicKey);
    this.server.register(askedByAlipayPlus({ clientId: CLIENT, sign, verify, payments: this.payments }));
  }

  async scan(): Promise<string> {
    const answer = await this.payments.decode('code', 'customer');
    assert('bill' in answer);
    return answer.bill.paymentId;
  }

  pay(paymentId: string): string {
    return this.payments.pay(paymentId, 'customer').status;
  }

  /** What is answered, once its signature has been seen to verify; `said` changes what is sent and signed. */
  async ask(what: string, said: { body?: string; signedBody?: string; clientId?: string } = {}): Promise<Answered> {
    const { body = ABOUT_ORDER, signedBody = body, clientId = CLIENT } = said;
    const path = `${PATH}${what}?v=1`;
    const time = '2026-01-05T03:04:05Z';
    const signature = signer(ALIPAY_PLUS.privateKey, 1)({ path, clientId, time, body: Buffer.from(signedBody) });
    const headers = { 'content-type': 'application/json', 'client-id': clientId, 'request-time': time, signature };
    const answer = await this.server.inject({ method: 'POST', url: path, headers, payload: body });
    const signed = {
      path,
      clientId: String(answer.headers['client-id']),
      time: String(answer.headers['response-time']),
      body: answer.rawPayload,
    };
    assert.equal(answer.statusCode, 200);
    assert(verifier(WALLET.publicKey)(String(answer.headers['signature']), signed));
    return answer.json<Answered>();
  }
}

interface Answered {
  readonly result: { readonly resultStatus: string; readonly resultCode: string };
  readonly paymentResult?: { readonly resultStatus: string; readonly resultCode: string };
  readonly paymentTime?: string;
}

test('what was paid goes back once, however often it is cancelled', async () => {
  const bench = new Bench();
  assert.equal(bench.pay(await bench.scan()), 'S');
  for (const _ of [1, 2]) {
    assert.equal((await bench.ask('cancelPayment')).result.resultStatus, 'S');
  }
  assert.equal(bench.accounts.debit('customer', ORDER.payToAmount), undefined);
  assert.equal(bench.accounts.debit('customer', ORDER.payToAmount), 'USER_BALANCE_NOT_ENOUGH');
});

test('what was cancelled before it was confirmed is not debited', async () => {
  const bench = new Bench();
  const paymentId = await bench.scan();
  await bench.ask('cancelPayment');
  assert.equal(bench.pay(paymentId), 'F');
  assert.equal(bench.accounts.debit('customer', ORDER.payToAmount), undefined);
});

test('an inquiry is told what was notified', async () => {
  const bench = new Bench();
  const paymentId = await bench.scan();
  assert.equal((await bench.ask('inquiryPayment')).paymentResult?.resultCode, 'PAYMENT_IN_PROCESS');
  bench.pay(paymentId);
  const { result, ...told } = await bench.ask('inquiryPayment');
  assert.deepEqual({ paymentRequestId: ORDER.paymentRequestId, ...told }, bench.notified[0]);
  assert.equal(result.resultCode, 'SUCCESS');
});

test('a call with the signature of another, or for another, is refused and changes nothing', async () => {
  const bench = new Bench();
  bench.pay(await bench.scan());
  for (const said of [{ signedBody: '{}' }, { clientId: 'somebody' }]) {
    assert.equal((await bench.ask('cancelPayment', said)).result.resultCode, 'INVALID_SIGNATURE');
  }
  assert.equal((await bench.ask('inquiryPayment')).paymentResult?.resultStatus, 'S');
});

test('a body that says nothing of an order is refused', async () => {
  for (const body of ['', 'no JSON', '[]', '{}', '{"paymentRequestId":1}', '{"paymentRequestId":""}']) {
    assert.equal((await new Bench().ask('inquiryPayment', { body })).result.resultCode, 'PARAM_ILLEGAL', body);
  }
});

test('an order that nobody knows cannot be told of, nor taken back', async () => {
  for (const what of ['inquiryPayment', 'cancelPayment']) {
    const { result } = await new Bench().ask(what);
    assert.deepEqual([result.resultStatus, result.resultCode], ['F', 'ORDER_NOT_EXIST']);
  }
});
