/**
 * What Alipay+ asks the MPP server by itself: how a payment ended, and to take one back. A call is verified over the
 * bytes that came before anything is read of it. Every answer has status 200 and is signed, refusals too.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { object, text } from './answers.js';
import { stateOf } from './payment.js';
import type { Payments } from './payments.js';
import type { Sign, Verify } from './signature.js';

const INQUIRY = '/aps/api/v1/payments/inquiryPayment';
const CANCELLATION = '/aps/api/v1/payments/cancelPayment';

const SUCCESS = result('S', 'SUCCESS', 'success');
const NO_ORDER = result('F', 'ORDER_NOT_EXIST', 'unknown order');
const NOT_SIGNED = result('F', 'INVALID_SIGNATURE', 'not signed by Alipay+');
const NOT_READ = result('F', 'PARAM_ILLEGAL', 'no paymentRequestId could be read');

export interface AskedOptions {
  readonly clientId: string;
  readonly sign: Sign;
  readonly verify: Verify;
  readonly payments: Payments;
}

export function askedByAlipayPlus({ clientId, sign, verify, payments }: AskedOptions): FastifyPluginAsync {
  function isSigned({ headers, url }: FastifyRequest, body: Uint8Array): boolean {
    const header = headers['signature'];
    const time = headers['request-time'];
    return (
      typeof header === 'string' &&
      typeof time === 'string' &&
      headers['client-id'] === clientId &&
      verify(header, { path: url, clientId, time, body })
    );
  }

  function send(reply: FastifyReply, answer: object): FastifyReply {
    const time = new Date().toISOString();
    const body = Buffer.from(JSON.stringify(answer));
    return reply
      .headers({
        'content-type': 'application/json; charset=UTF-8',
        'client-id': clientId,
        'response-time': time,
        signature: sign({ path: reply.request.url, clientId, time, body }),
      })
      .send(body);
  }

  return async (server) => {
    // The signature covers the bytes, so nobody may parse them first.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    const serve = (path: string, answerTo: (paymentRequestId: string) => object): void => {
      server.post(path, async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        if (!isSigned(request, body)) {
          return send(reply, NOT_SIGNED);
        }
        const paymentRequestId = text(parsed(body)?.['paymentRequestId']);
        return send(reply, paymentRequestId === undefined ? NOT_READ : answerTo(paymentRequestId));
      });
    };

    serve(INQUIRY, (paymentRequestId) => {
      const payment = payments.find(paymentRequestId);
      return payment === undefined ? NO_ORDER : { ...SUCCESS, ...stateOf(payment) };
    });
    serve(CANCELLATION, (paymentRequestId) => (payments.cancel(paymentRequestId) ? SUCCESS : NO_ORDER));
  };
}

function result(resultStatus: string, resultCode: string, resultMessage: string): object {
  return { result: { resultCode, resultStatus, resultMessage } };
}

function parsed(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    return object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}
