/** The MPP server as its app reaches it. A server in production takes the customer from the login, not from the body. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Identity } from '../link.js';
import type { Identify } from './codes.js';
import type { Payments } from './payments.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const body = (properties: Record<string, object>) => ({
  schema: { body: { type: 'object', required: Object.keys(properties), properties } },
});

const USER_AGENT = 'AlipayConnect';

export function serverOver(payments: Payments, identify: Identify): FastifyInstance {
  const server = Fastify({ ajv: { customOptions: { coerceTypes: false } } });

  server.post<{ Body: { codeValue: string } }>(
    '/app/identify',
    body({ codeValue: text(8192) }),
    async ({ body: { codeValue } }): Promise<Identity> => {
      const action = identify(codeValue);
      return action === 'OPEN_URL' ? { action, url: codeValue, userAgent: USER_AGENT } : { action };
    },
  );

  server.post<{ Body: { codeValue: string; customerId: string } }>(
    '/app/decode',
    body({ codeValue: text(512), customerId: text(64) }),
    async ({ body: { codeValue, customerId } }) => payments.decode(codeValue, customerId),
  );

  server.post<{ Body: { paymentId: string; customerId: string } }>(
    '/app/pay',
    body({ paymentId: text(64), customerId: text(64) }),
    async ({ body: { paymentId, customerId } }) => payments.pay(paymentId, customerId),
  );

  return server;
}
