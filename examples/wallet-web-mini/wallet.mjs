/** A miniature web wallet, with the lines that its test build adds. node wallet.mjs CONFIG [FAULT] */
import { readFileSync } from 'node:fs';
import { startAdaptor, startPulling } from '../../doubles/web/dist/src/node.js';
import { clientOf } from './client.mjs';
import { MppServer } from './server.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const scan = clientOf(new MppServer(config), process.argv[3]);
const build = { wallet: 'wallet-web-mini', version: '1.0.0', scan };
if (config.device) startPulling(config.device, build);
else await startAdaptor(config.adaptorPort, build);
console.log('wallet-web-mini is ready');
