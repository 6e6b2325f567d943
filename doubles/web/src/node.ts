/** The adaptor as an HTTP server (openapi/mpp-adaptor.yaml), for a test build that runs on Node. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Adaptor, NotCarriedOut, type TestBuild } from './adaptor.js';

export * from './index.js';

const MAX_BODY = 1_048_576;

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on this machine alone; port 0 takes any that is free. */
export async function startAdaptor(port: number, build: TestBuild): Promise<Listening> {
  const adaptor = new Adaptor(build);
  const server = createServer((request, response) => {
    answered(adaptor, request)
      .then(([status, body]) => send(response, status, body))
      .catch((problem: unknown) => send(response, 500, { problem: String(problem).slice(0, 4096) }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answered(adaptor: Adaptor, request: IncomingMessage): Promise<[number, object?]> {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /health') {
    return [200, { wallet: adaptor.build.wallet, version: adaptor.build.version }];
  }
  if (asked !== 'POST /scan' && asked !== 'POST /decode') {
    return [404, { problem: 'there are GET /health, POST /scan and POST /decode' }];
  }
  try {
    adaptor.call(asked.slice('POST /'.length), JSON.parse(await bodyOf(request)));
    return [202];
  } catch (problem) {
    if (problem instanceof NotCarriedOut || problem instanceof SyntaxError || problem instanceof TypeError) {
      return [400, { problem: problem.message }];
    }
    throw problem;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Read to its end all the same: its sender is to hear why it is refused.
    if (size <= MAX_BODY) {
      chunks.push(chunk);
    }
  }
  if (size > MAX_BODY) {
    throw new NotCarriedOut(`a body has at most ${MAX_BODY} bytes`);
  }
  // TypeError where it is no UTF-8.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
}

function send(response: ServerResponse, status: number, body?: object): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' }).end(text);
}
