/** The adaptor (openapi/mpp-adaptor.yaml): by these calls the suite acts on the test build. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { App } from '../app/app.js';
import { HttpLink } from '../app/httpLink.js';
import type { Phone } from '../app/phone.js';
import { log } from '../log.js';
import { CallbackDouble, ReportedLink, ScreensDouble, SdkDouble } from './doubles.js';
import { Observer } from './observer.js';

const MAX_PHONES = 10_000;

export interface AdaptorOptions {
  readonly wallet: string;
  readonly version: string;
  readonly serverUrl: string;
  /** Reports go to these hosts only. */
  readonly observerHosts: readonly string[];
  readonly knowsCustomer: (customerId: string) => boolean;
  readonly createApp: (phone: Phone) => App;
}

interface Scan {
  readonly codeValue: string;
  readonly customerId: string;
  readonly observerUrl: string;
}

interface Decode {
  readonly codeValue: string;
  readonly callback: string;
  readonly observerUrl: string;
}

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const body = (properties: Record<string, object>) => ({
  schema: { body: { type: 'object', required: Object.keys(properties), properties } },
});

export function adaptorFor(options: AdaptorOptions): FastifyInstance {
  const adaptor = Fastify({ ajv: { customOptions: { coerceTypes: false } } });
  // Every scan has a phone of its own, known by its observer URL, so that conversations never mix.
  const phones = new Map<string, App>();

  adaptor.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    reply.code(error.statusCode ?? 500);
    return { problem: error.message };
  });

  adaptor.get('/health', async () => ({ wallet: options.wallet, version: options.version }));

  adaptor.post<{ Body: Scan }>(
    '/scan',
    body({ codeValue: text(8192), customerId: text(64), observerUrl: text(2048) }),
    async ({ body: scan }, reply) => {
      if (!options.knowsCustomer(scan.customerId)) {
        return reply.code(404).send({ problem: 'no test customer has this id' });
      }
      if (!isAllowed(scan.observerUrl, options.observerHosts)) {
        return reply.code(403).send({ problem: 'the observer is at a host that the configuration does not name' });
      }
      const app = phoneOf(scan, options);
      remember(phones, scan.observerUrl, app);
      inBackground('scan', app.scan(scan.codeValue));
      return reply.code(202).send();
    },
  );

  adaptor.post<{ Body: Decode }>(
    '/decode',
    body({ codeValue: text(512), callback: text(128), observerUrl: text(2048) }),
    async ({ body: { codeValue, callback, observerUrl } }, reply) => {
      const app = phones.get(observerUrl);
      if (app === undefined) {
        return reply.code(404).send({ problem: 'no scan came with this observerUrl' });
      }
      inBackground('decode', app.decode(codeValue, new CallbackDouble(new Observer(observerUrl), callback)));
      return reply.code(202).send();
    },
  );

  return adaptor;
}

function phoneOf({ customerId, observerUrl }: Scan, options: AdaptorOptions): App {
  const observer = new Observer(observerUrl);
  return options.createApp({
    link: new ReportedLink(new HttpLink(options.serverUrl, customerId), observer),
    sdk: new SdkDouble(observer),
    screens: new ScreensDouble(observer),
  });
}

function remember(phones: Map<string, App>, observerUrl: string, app: App): void {
  const [oldest] = phones.keys();
  if (phones.size >= MAX_PHONES && oldest !== undefined) {
    phones.delete(oldest);
  }
  phones.set(observerUrl, app);
}

function isAllowed(observerUrl: string, hosts: readonly string[]): boolean {
  const url = URL.canParse(observerUrl) ? new URL(observerUrl) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && hosts.includes(url.hostname);
}

function inBackground(what: string, work: Promise<void>): void {
  work.catch((problem: unknown) => log(what, problem));
}
