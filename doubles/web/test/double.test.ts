/** The double says what it was asked, once, in order and to the letter, and what comes when it should not. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { Adaptor, byHand, type Callback, type DecodeServiceResult, type Phone, startAdaptor, startPulling } from '../src/node.js';

interface Report {
  readonly name: string;
  readonly id: string;
  readonly text: string;
}

let heard: Report[] = [];
/** What becomes of the next requests; 204 when there is nothing left. */
let manners: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
/** What a device address hands out. */
let calls: object[] = [];
let said: { path: string; body: Record<string, unknown> }[] = [];
let origin = '';
const problems: string[] = [];
const timing = { pauseMs: 1, retryForMs: 2_000 };

const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
  }
  const path = request.url ?? '';
  const manner = manners.shift();
  if (path.startsWith('/d/')) {
    said.push({ path, body: JSON.parse(text) });
  } else {
    heard.push({ name: path.slice('/o/1/'.length), id: String(request.headers['report-id']), text });
  }
  if (manner !== undefined) {
    manner(request, response);
  } else if (path.endsWith('/hello')) {
    response.end('{"client":"c"}');
  } else if (path.endsWith('/calls')) {
    response.end(JSON.stringify({ calls: calls.splice(0) }));
  } else {
    response.writeHead(204).end();
  }
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  heard = [];
  manners = [];
  calls = [];
  said = [];
  problems.length = 0;
});

function adaptor(scan: (phone: Phone) => void | Promise<void>): Adaptor {
  return new Adaptor({ wallet: 'w', version: '1', scan, onProblem: (words) => problems.push(words), timing });
}

async function scanned(scan: (phone: Phone) => Promise<void>): Promise<Adaptor> {
  const { promise, done } = signalled();
  const made = adaptor(async (phone) => {
    await scan(phone);
    done();
  });
  made.call('scan', { codeValue: 'code', customerId: 'me', observerUrl: `${origin}/o/1` });
  await promise;
  return made;
}

function signalled(): { promise: Promise<void>; done: () => void } {
  let done = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, done: () => done() };
}

for (const [what, payload] of [
  ['line separators', '{"page":"\u2028\u2029\u0000"}'],
  ['64 KiB', 'é'.repeat(65_536)],
  ['half a surrogate pair', '\ud800 \udc00'],
] as const) {
  test(`a payload with ${what} comes through as it is`, async () => {
    await scanned((phone) => phone.sdk.handleAction({ sdkActionPayload: payload }));
    assert.deepEqual(
      heard.map(({ name, text }) => [name, JSON.parse(text)]),
      [['handle-action', { sdkActionPayload: payload }]],
    );
  });
}

test('a report that was not answered is sent again with its id, and the next one waits for it', async () => {
  manners = [(_, response) => response.destroy(), (_, response) => response.writeHead(503).end()];
  await scanned(async ({ sdk, screens }) => {
    void sdk.launch({ url: 'https://merchant.example' });
    await screens.resultPage('F', 'NO_MONEY');
  });
  assert.deepEqual(heard.map(({ name }) => name), ['launch', 'launch', 'launch', 'result-page']);
  assert.deepEqual([new Set(heard.map(({ id }) => id)).size, problems], [2, []]);
});

test('a report that was refused is told of, and not sent again', async () => {
  manners = [(_, response) => response.writeHead(400).end('{"problem":"no"}')];
  await scanned(({ screens }) => screens.cashierPage());
  assert.deepEqual([heard.length, problems], [1, ['cashier-page: 400 {"problem":"no"}']]);
});

test('each run of a callback is reported, twice and out of turn too', async () => {
  const callbacks: Callback<DecodeServiceResult>[] = [];
  const { promise, done } = signalled();
  const made = await scanned(async ({ sdk }) => {
    sdk.mpmService = {
      decode(_, callback) {
        if (callbacks.push(callback) === 2) {
          done();
        }
      },
    };
  });
  for (const callback of ['first', 'second']) {
    made.call('decode', { codeValue: 'order', callback, observerUrl: `${origin}/o/1` });
  }
  await promise;
  const [first, second] = callbacks;
  await second?.onSuccess({ sdkActionPayload: 'p' });
  await first?.onFailure('NO_MONEY', 'not enough');
  await first?.onSuccess({});
  assert.deepEqual(
    heard.map(({ text }) => JSON.parse(text)),
    [
      { callback: 'second', outcome: 'success', sdkActionPayload: 'p' },
      { callback: 'first', outcome: 'failure', errorCode: 'NO_MONEY', errorMessage: 'not enough' },
      { callback: 'first', outcome: 'success' },
    ],
  );
});

test('the error page is opened for a payload that is handed over, where it has an address', async () => {
  const opened: string[] = [];
  const webview = { open: (url: string) => void opened.push(url), close: () => void opened.push('closed') };
  const callbacks: Callback<DecodeServiceResult>[] = [];
  for (const errorPageUrl of [`${origin}/stand-in`, undefined]) {
    const { promise, done } = signalled();
    const made = new Adaptor({
      wallet: 'w',
      version: '1',
      webview,
      async scan({ sdk }) {
        sdk.mpmService = {
          decode(_, callback) {
            callbacks.push(callback);
            done();
          },
        };
        await sdk.launch({ url: 'https://merchant.example' });
        await sdk.handleAction({});
        await sdk.handleAction({ sdkActionPayload: 'p' });
        made.call('decode', { codeValue: 'order', callback: 'c', observerUrl: `${origin}/o/1` });
      },
    });
    made.call('scan', { codeValue: 'code', customerId: 'me', observerUrl: `${origin}/o/1`, errorPageUrl });
    await promise;
    await callbacks.at(-1)?.onSuccess({});
    await callbacks.at(-1)?.onFailure('NO_MONEY', 'not enough');
    await callbacks.at(-1)?.onSuccess({ sdkActionPayload: 'p' });
  }
  assert.deepEqual(opened, ['closed', `${origin}/stand-in`, `${origin}/stand-in`, 'closed']);
});

test('where a person scans, the merchant page leads to decode, and nobody is reported to', async () => {
  const opened: string[] = [];
  const { promise, done } = signalled();
  const scan = byHand('https://suite.example/stand-in', {
    webview: {
      open(url, cameTo) {
        opened.push(url);
        cameTo?.('https://wallet.example/order/1');
      },
      close: () => undefined,
    },
    async scan({ codeValue, customerId, sdk, screens }) {
      sdk.mpmService = {
        async decode(params, callback) {
          opened.push(params.codeValue);
          await callback.onSuccess({ sdkActionPayload: 'p' });
          done();
        },
      };
      await screens.resultPage('S');
      await sdk.launch({ url: `${codeValue}#${customerId}` });
    },
  });
  scan('https://merchant.example', 'me');
  await promise;
  const pages = ['https://merchant.example#me', 'https://wallet.example/order/1', 'https://suite.example/stand-in'];
  assert.deepEqual([opened, heard], [pages, []]);
});

test('a decode for which nothing is registered, or a wallet that throws, is told of', async () => {
  const made = await scanned(async () => undefined);
  made.call('decode', { codeValue: 'order', callback: 'c', observerUrl: `${origin}/o/1` });
  await new Promise(setImmediate);
  assert.deepEqual(problems, ['decode: Error: the wallet has registered no mpmService']);
});

test('what breaks the interface is refused, and begins nothing', async () => {
  const listening = await startAdaptor(0, { wallet: 'w', version: '1', scan: () => assert.fail() });
  const answers = [];
  const whole = { codeValue: 'c', customerId: 'me', observerUrl: `${origin}/o/1` };
  const odd = JSON.stringify({ ...whole, errorPageUrl: 'javascript:alert(1)' });
  for (const body of ['', '[]', '{}', '\ufeff{}', `{"codeValue":"${'x'.repeat(2_000_000)}"}`, '{"codeValue":"c"}', odd]) {
    answers.push((await fetch(`${listening.url}/scan`, { method: 'POST', body })).status);
  }
  const early = { codeValue: 'o', callback: 'c', observerUrl: `${origin}/o/1` };
  answers.push((await fetch(`${listening.url}/decode`, { method: 'POST', body: JSON.stringify(early) })).status);
  assert.deepEqual(answers, Array(8).fill(400));
  assert.equal((await fetch(`${listening.url}/elsewhere`)).status, 404);
  assert.deepEqual(await (await fetch(`${listening.url}/health`)).json(), { wallet: 'w', version: '1' });
  await listening.close();
});

test('a call that is fetched twice is begun once, and one after close is reported all the same', async () => {
  const call = { number: 1, operation: 'scan', body: { codeValue: 'c', customerId: 'me', observerUrl: '' } };
  call.body.observerUrl = `${origin}/o/1`;
  // The answer to the first question gets lost, and the second one is answered out of date.
  manners = [
    (_, response) => response.end('{"client":"c"}'),
    (_, response) => response.destroy(),
    (_, response) => response.end(JSON.stringify({ calls: [call] })),
    (_, response) => response.writeHead(204).end(),
    (_, response) => response.end(JSON.stringify({ calls: [call] })),
  ];
  const phones: Phone[] = [];
  const { promise, done } = signalled();
  const pulling = startPulling(`${origin}/d/x`, {
    wallet: 'w',
    version: '1',
    scan: (phone) => {
      phones.push(phone);
      done();
    },
    timing,
  });
  await promise;
  while (said.length < 6) {
    await new Promise(setImmediate);
  }
  pulling.close();
  await pulling.ended;
  await phones[0]?.sdk.handleAction({ sdkActionPayload: '' });
  assert.deepEqual([phones.length, heard.map(({ name }) => name)], [1, ['handle-action']]);
});

test('after a lost connection the same client asks on, and after a new start of the suite it says hello', async () => {
  const { promise, done } = signalled();
  manners = [
    (_, response) => response.end('{"client":"a"}'),
    (_, response) => response.destroy(),
    (_, response) => response.writeHead(409).end('{"problem":"client: nobody of this name has said hello"}'),
    (_, response) => response.end('{"client":"b"}'),
    (_, response) => {
      response.writeHead(410).end('{}');
      done();
    },
  ];
  const words: string[] = [];
  const onProblem = (problem: string): number => words.push(problem);
  const pulling = startPulling(`${origin}/d/x`, { wallet: 'w', version: '1', scan: () => undefined, onProblem, timing });
  await promise;
  await pulling.ended;
  assert.deepEqual(
    said.map(({ path, body }) => [path, body['client']]),
    [['/d/x/hello', undefined], ['/d/x/calls', 'a'], ['/d/x/calls', 'a'], ['/d/x/hello', undefined], ['/d/x/calls', 'b']],
  );
  assert.match(words[0] ?? '', /^the suite does not answer; it is asked again until it does/);
  assert.deepEqual(words.slice(1), ['calls: 410 {}']);
});
