/** Hands out the page, and is what it calls: the MPP server of the miniature. node host.mjs CONFIG */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { MppServer } from '../wallet-web-mini/server.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const server = new MppServer(config);
const errorPage = `${config.gateway}/alipay-plus-error-page`;
const told = JSON.stringify({ errorPage, device: config.device, customers: config.customers });

const at = (place) => readFileSync(new URL(place, import.meta.url));
const FILES = {
  '/': () => ['text/html', at('index.html')],
  '/page.mjs': () => ['text/javascript', at('page.mjs')],
  '/client.mjs': () => ['text/javascript', at('../wallet-web-mini/client.mjs')],
  '/config.json': () => ['application/json', told],
};
const fileAt = (path) => {
  // Where the merchant page leads: the double sees the address, and takes it over.
  if (path.startsWith('/order/')) return ['text/plain', 'an order code'];
  const [, double] = /^\/doubles\/([a-zA-Z]+\.js)$/.exec(path) ?? [];
  return double ? ['text/javascript', at(`../../doubles/web/dist/src/${double}`)] : FILES[path]?.();
};

const CALLS = {
  '/api/identify': (codeValue) => server.identify(codeValue) ?? null,
  '/api/decode': (codeValue, customerId) => server.decode(codeValue, customerId),
  // What was decoded for this customer is paid, whatever else the page says of it.
  '/api/pay': ({ order, customerId }) => {
    const payment = server.payments.get(order.paymentRequestId);
    return payment?.customerId === customerId ? server.pay(payment) : { status: 'F', errorCode: 'ORDER_NOT_EXIST' };
  },
};
const bodyOf = async (request) => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text = (text + piece).slice(0, 65_536);
  return JSON.parse(text);
};

createServer(async (request, response) => {
  try {
    const { pathname } = new URL(request.url, 'http://page');
    const isCall = request.method === 'POST' && pathname in CALLS;
    // JSON alone: no other site can have a browser send that here.
    if (isCall && request.headers['content-type'] === 'application/json') {
      const answer = JSON.stringify(await CALLS[pathname](...(await bodyOf(request))));
      return response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    }
    const [type, data] = (request.method === 'GET' && fileAt(pathname)) || [];
    response.writeHead(data ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(data ?? 'nothing is here');
  } catch (problem) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(String(problem));
  }
}).listen(config.adaptorPort, '127.0.0.1', () => console.log('wallet-web-page is ready'));
