/** Puts the wallet together: server, app, and the adaptor of the test build. */
import type { KeyObject } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Config, ConfigError } from './config.js';
import { FAULTS } from './faults.js';
import { type Parts, rightParts } from './parts.js';
import { Accounts } from './server/accounts.js';
import { AlipayPlus } from './server/alipayPlus.js';
import { askedByAlipayPlus } from './server/asked.js';
import { identifier } from './server/codes.js';
import { serverOver } from './server/http.js';
import { Notifier } from './server/notifier.js';
import { Payments } from './server/payments.js';
import { privateKeyFrom, publicKeyFrom, signer, verifier } from './server/signature.js';
import { adaptorFor } from './testbuild/adaptor.js';

export interface Wallet {
  /** The adaptor's address. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the server and then the adaptor. */
export async function start(config: Config): Promise<Wallet> {
  const parts = partsOf(config);
  const accounts = new Accounts(config.customers, config.currency);
  const server = mppServer(config, parts, accounts);
  const serverUrl = await listen(server, config.host, config.serverPort);
  const adaptor = adaptorFor({
    wallet: config.name,
    version: config.version,
    serverUrl,
    observerHosts: config.observerHosts,
    knowsCustomer: (customerId) => accounts.knows(customerId),
    createApp: parts.createApp,
  });
  const address = await listen(adaptor, config.host, config.adaptorPort);
  return {
    address,
    async close() {
      await adaptor.close();
      await server.close();
    },
  };
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (problem) {
    throw new ConfigError(`cannot listen at ${host}:${port}: ${(problem as Error).message}`);
  }
}

function mppServer(config: Config, parts: Parts, accounts: Accounts): FastifyInstance {
  const { url, clientId, timeoutMs, retryDelaysMs } = config.alipayPlus;
  const { sign, verify, nextStep } = parts;
  const alipayPlus = new AlipayPlus({ url, clientId, timeoutMs, sign, verify });
  const notifier = new Notifier(alipayPlus, retryDelaysMs);
  const payments = new Payments({ alipayPlus, accounts, notifier, nextStep, retryDelaysMs });
  const server = serverOver(payments, identifier(config.codes));
  server.register(askedByAlipayPlus({ clientId, sign, verify, payments }));
  return server;
}

function partsOf({ alipayPlus: { ownPrivateKey, publicKey, keyVersion }, faults }: Config): Parts {
  const right = rightParts(
    signer(keyOf('ownPrivateKeyFile', ownPrivateKey, privateKeyFrom), keyVersion),
    verifier(keyOf('publicKeyFile', publicKey, publicKeyFrom)),
  );
  return faults.reduce((parts, name) => {
    const fault = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
    if (fault === undefined) {
      throw new ConfigError(`there is no fault ${name}; --list-faults names all`);
    }
    return fault.slip(parts);
  }, right);
}

function keyOf(name: string, text: string, read: (text: string) => KeyObject): KeyObject {
  try {
    return read(text);
  } catch {
    throw new ConfigError(`${name}: expected an RSA key as PEM or Base64`);
  }
}
