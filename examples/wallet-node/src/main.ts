/** The command: starts the wallet, says where its adaptor listens, and ends on SIGTERM or SIGINT. */
import { ConfigError, readCommandLine, readConfig } from './config.js';
import { FAULTS } from './faults.js';
import { start } from './wallet.js';

async function main(): Promise<void> {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  if (commandLine.listFaults) {
    for (const [name, { about }] of Object.entries(FAULTS)) {
      console.log(`${name.padEnd(30)}${about}`);
    }
    return;
  }
  const wallet = await start(readConfig(commandLine, process.env));
  console.log(`wallet-node listens at ${wallet.address}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // What a conversation still waits for does not hold up the end.
      void wallet.close().finally(() => process.exit(0));
    });
  }
}

main().catch((problem: unknown) => {
  console.error(problem instanceof ConfigError ? `wallet-node: ${problem.message}` : problem);
  process.exitCode = 3;
});
