/** What the suite does not ask of the server: answers that cannot be believed, and what is repeated. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { Accounts } from './accounts.js';
import { AlipayPlus } from './alipayPlus.js';
import { nextStep } from './nextStep.js';
import { Notifier } from './notifier.js';
import { Payments } from './payments.js';
import { signer, verifier } from './signature.js';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sign = signer(KEYS.privateKey, 1);
const SUCCESS = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'ok' };
const ORDER = {
  result: SUCCESS,
  actionForm: { actionType: 'HANDLE_BY_PSP' },
  paymentRequestId: 'request-1',
  paymentAmount: { currency: 'CNY', value: '1000' },
  payToAmount: { currency: 'MYR', value: '643' },
};
const UNKNOWN = { result: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U', resultMessage: 'later' } };

interface Reply {
  readonly body: object;
  readonly signedBody?: object;
}

/** A simulated Alipay+ that gives these replies in turn, and keeps what it was asked. */
class Script {
  readonly asked: { path: string; body: string }[] = [];
  private readonly server: Server;

  constructor(private readonly replies: Reply[]) {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      const path = request.url ?? '';
      this.asked.push({ path, body: Buffer.concat(chunks).toString() });
      this.server.emit('asked');
      const reply = this.replies.shift() ?? { body: { result: SUCCESS } };
      const time = new Date().toISOString();
      const signed = Buffer.from(JSON.stringify(reply.signedBody ?? reply.body));
      response.setHeader('client-id', 'client').setHeader('response-time', time);
      response.setHeader('signature', sign({ path, clientId: 'client', time, body: signed }));
      response.end(JSON.stringify(reply.body));
    });
  }

  async wallet(balance: string): Promise<Payments> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const verify = verifier(KEYS.publicKey);
    const alipayPlus = new AlipayPlus({ url, clientId: 'client', timeoutMs: 2000, sign, verify });
    const retryDelaysMs = [1, 1, 1];
    const notifier = new Notifier(alipayPlus, retryDelaysMs);
    const accounts = new Accounts([{ id: 'customer', balance }], 'MYR');
    return new Payments({ alipayPlus, accounts, notifier, nextStep, retryDelaysMs });
  }

  /** Comes back when as many calls have come. */
  async calls(count: number): Promise<void> {
    while (this.asked.length < count) {
      await once(this.server, 'asked');
    }
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let script: Script;
afterEach(() => script.close());

async function paymentIdOf(payments: Payments): Promise<string> {
  const answer = await payments.decode('code', 'customer');
  assert('bill' in answer);
  return answer.bill.paymentId;
}

test('an unknown result is asked for again, in the same words', async () => {
  script = new Script([{ body: UNKNOWN }, { body: ORDER }]);
  await paymentIdOf(await script.wallet('643'));
  assert.equal(script.asked.length, 2);
  assert.equal(script.asked[0]?.body, script.asked[1]?.body);
});

test('an answer with the signature of another is not believed', async () => {
  script = new Script([{ body: ORDER, signedBody: UNKNOWN }, { body: { result: { ...SUCCESS, resultStatus: 'F' } } }]);
  const answer = await (await script.wallet('643')).decode('code', 'customer');
  assert.deepEqual(answer, { actionType: 'HANDLE_BY_PSP', payment: { status: 'F', errorCode: 'SUCCESS' } });
});

test('a payment that is confirmed twice is debited once', async () => {
  script = new Script([{ body: ORDER }]);
  const payments = await script.wallet('643');
  const paymentId = await paymentIdOf(payments);
  assert.deepEqual(payments.pay(paymentId, 'customer'), { status: 'S' });
  assert.deepEqual(payments.pay(paymentId, 'customer'), { status: 'S' });
  assert.deepEqual(payments.pay(paymentId, 'somebody'), { status: 'F', errorCode: 'ORDER_NOT_EXIST' });
});

test('a notification is repeated, in the same words, until Alipay+ has it', async () => {
  script = new Script([{ body: ORDER }, { body: UNKNOWN }, { body: { result: SUCCESS } }]);
  const payments = await script.wallet('642');
  const result = payments.pay(await paymentIdOf(payments), 'customer');
  assert.deepEqual(result, { status: 'F', errorCode: 'USER_BALANCE_NOT_ENOUGH' });
  await script.calls(3);
  const told = script.asked.slice(1);
  assert.equal(told[0]?.body, told[1]?.body);
  assert.match(told[0]?.path ?? '', /notifyPayment$/);
});
