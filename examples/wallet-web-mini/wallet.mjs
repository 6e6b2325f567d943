/** A miniature web wallet: its client, and the lines that its test build adds. node wallet.mjs CONFIG [FAULT] */
import { readFileSync } from 'node:fs';
import { startAdaptor, startPulling } from '../../doubles/web/dist/src/node.js';
import { MppServer } from './server.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const fault = process.argv[3];
const server = new MppServer(config);

async function pay(codeValue, customerId, screens) {
  const { sdkActionPayload, order, ...found } = await server.decode(codeValue, customerId);
  const actionType = sdkActionPayload ? 'HANDLE_BY_SDK' : 'HANDLE_BY_PSP';
  if (sdkActionPayload || order) await screens.serverAnswer({ actionType, sdkActionPayload });
  if (sdkActionPayload) return { sdkActionPayload };
  if (order) await screens.cashierPage();
  const { status, errorCode } = found.result ?? server.pay({ order, customerId });
  await screens.serverAnswer({ actionType, paymentStatus: status, errorCode });
  await screens.resultPage(status, errorCode);
  return { status, errorCode };
}

async function scan({ codeValue, customerId, sdk, screens }) {
  sdk.mpmService = {
    async decode({ codeValue: orderCode }, callback) {
      const { status, errorCode, sdkActionPayload } = await pay(orderCode, customerId, screens);
      if (status === 'F') {
        await callback.onFailure(errorCode, 'The payment has failed.');
      } else if (sdkActionPayload && fault === 'handle-action-for-entry-code') {
        await sdk.handleAction({ sdkActionPayload });
      } else {
        await callback.onSuccess({ sdkActionPayload });
        if (fault === 'callback-twice') await callback.onSuccess({ sdkActionPayload });
      }
    },
  };
  const kind = server.identify(codeValue);
  await screens.identityAnswer(codeValue, { entry: 'OPEN_URL', order: 'DECODE' }[kind] ?? 'NONE');
  if (kind === 'entry') {
    await sdk.launch({ url: codeValue, userAgent: 'AlipayConnect' });
  } else if (kind === 'order') {
    const { sdkActionPayload } = await pay(codeValue, customerId, screens);
    if (sdkActionPayload) await sdk.handleAction({ sdkActionPayload });
  }
}

const build = { wallet: 'wallet-web-mini', version: '1.0.0', scan };
if (config.device) startPulling(config.device, build);
else await startAdaptor(config.adaptorPort, build);
console.log('wallet-web-mini is ready');
