/** Configuration: wallet.json, of which environment variables and the command line override a little. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Customer } from './server/accounts.js';
import { object } from './server/answers.js';
import type { CodeRule } from './server/codes.js';

export interface Config {
  readonly name: string;
  readonly version: string;
  readonly host: string;
  readonly adaptorPort: number;
  readonly serverPort: number;
  readonly observerHosts: readonly string[];
  readonly alipayPlus: {
    readonly url: string;
    readonly clientId: string;
    readonly keyVersion: number;
    /** The text of the keys, PEM or Base64. */
    readonly ownPrivateKey: string;
    readonly publicKey: string;
    readonly timeoutMs: number;
    readonly retryDelaysMs: readonly number[];
  };
  readonly codes: readonly CodeRule[];
  readonly currency: string;
  readonly customers: readonly Customer[];
  readonly faults: readonly string[];
}

/** What is wrong with the configuration, in words for the one who wrote it. */
export class ConfigError extends Error {}

export interface CommandLine {
  readonly config: string;
  readonly faults: readonly string[];
  readonly listFaults: boolean;
}

export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: env['WALLET_CONFIG'] ?? 'wallet.json' },
        fault: { type: 'string', multiple: true, default: (env['WALLET_FAULTS'] ?? '').split(',').filter(Boolean) },
        'list-faults': { type: 'boolean', default: false },
      },
    });
    return { config: values.config, faults: values.fault, listFaults: values['list-faults'] };
  } catch (problem) {
    throw new ConfigError((problem as Error).message);
  }
}

/** Reads the file. Ports and WALLET_ALIPAY_PLUS_URL of the environment override it; paths count from its folder. */
export function readConfig({ config: file, faults }: CommandLine, env: NodeJS.ProcessEnv): Config {
  const top = new Fields(parsed(file), file);
  const alipayPlus = top.section('alipayPlus');
  const keyFile = (name: string) =>
    read(resolve(dirname(file), alipayPlus.text(name)), '`npm run keys` makes the keys that wallet.json names');
  return {
    name: top.text('name'),
    version: top.text('version'),
    host: top.text('host'),
    adaptorPort: portIn(env, 'WALLET_ADAPTOR_PORT') ?? top.count('adaptorPort'),
    serverPort: portIn(env, 'WALLET_SERVER_PORT') ?? top.count('serverPort'),
    observerHosts: top.list('observerHosts').map(String),
    alipayPlus: {
      url: env['WALLET_ALIPAY_PLUS_URL'] ?? alipayPlus.text('url'),
      clientId: alipayPlus.text('clientId'),
      keyVersion: alipayPlus.count('keyVersion'),
      ownPrivateKey: keyFile('ownPrivateKeyFile'),
      publicKey: keyFile('publicKeyFile'),
      timeoutMs: alipayPlus.count('timeoutMs'),
      retryDelaysMs: alipayPlus.list('retryDelaysMs').map(Number),
    },
    codes: top.sections('codes').map((rule) => ({
      template: rule.text('template'),
      action: rule.oneOf('action', ['OPEN_URL', 'DECODE']),
    })),
    currency: top.text('currency'),
    customers: top.sections('customers').map((one) => ({ id: one.text('id'), balance: one.digits('balance') })),
    faults,
  };
}

function portIn(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const port = env[name];
  if (port !== undefined && !/^[0-9]{1,5}$/.test(port)) {
    throw new ConfigError(`${name}: expected a port`);
  }
  return port === undefined ? undefined : Number(port);
}

/** The fields of one JSON object, asked for by name and type. */
class Fields {
  private readonly values: Record<string, unknown>;

  constructor(
    value: unknown,
    private readonly where: string,
  ) {
    this.values = object(value) ?? this.wrong('an object');
  }

  text(name: string): string {
    const value = this.values[name];
    return typeof value === 'string' && value !== '' ? value : this.wrong('text', name);
  }

  digits(name: string): string {
    const value = this.text(name);
    return /^[0-9]+$/.test(value) ? value : this.wrong('digits in quotes', name);
  }

  count(name: string): number {
    const value = this.values[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.wrong('a whole number', name);
  }

  list(name: string): readonly unknown[] {
    const value = this.values[name];
    return Array.isArray(value) ? value : this.wrong('a list', name);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    return allowed.find((one) => one === this.values[name]) ?? this.wrong(`one of ${allowed.join(', ')}`, name);
  }

  section(name: string): Fields {
    return new Fields(this.values[name], `${this.where}, ${name}`);
  }

  sections(name: string): Fields[] {
    return this.list(name).map((one, index) => new Fields(one, `${this.where}, ${name} ${index + 1}`));
  }

  private wrong(expected: string, name?: string): never {
    throw new ConfigError(`${this.where}${name === undefined ? '' : `, ${name}`}: expected ${expected}`);
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(read(file));
  } catch (problem) {
    throw problem instanceof SyntaxError ? new ConfigError(`${file} is no JSON: ${problem.message}`) : problem;
  }
}

function read(file: string, hint = ''): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`${file} cannot be read${hint && ` (${hint})`}`);
  }
}
