/** The client, wherever JavaScript runs: what a scan does. `server` is its MPP server, `fault` what it is to do wrong. */
export const clientOf = (server, fault) => {
  const pay = async (codeValue, customerId, screens) => {
    const { sdkActionPayload, order, ...found } = await server.decode(codeValue, customerId);
    const actionType = sdkActionPayload ? 'HANDLE_BY_SDK' : 'HANDLE_BY_PSP';
    if (sdkActionPayload || order) await screens.serverAnswer({ actionType, sdkActionPayload });
    if (sdkActionPayload) return { sdkActionPayload };
    if (order) await screens.cashierPage();
    const { status, errorCode } = found.result ?? (await server.pay({ order, customerId }));
    await screens.serverAnswer({ actionType, paymentStatus: status, errorCode });
    await screens.resultPage(status, errorCode);
    return { status, errorCode };
  };
  return async ({ codeValue, customerId, sdk, screens }) => {
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
    const kind = await server.identify(codeValue);
    await screens.identityAnswer(codeValue, { entry: 'OPEN_URL', order: 'DECODE' }[kind] ?? 'NONE');
    if (kind === 'entry') {
      await sdk.launch({ url: codeValue, userAgent: 'AlipayConnect' });
    } else if (kind === 'order') {
      const { sdkActionPayload } = await pay(codeValue, customerId, screens);
      if (sdkActionPayload) await sdk.handleAction({ sdkActionPayload });
    }
  };
};
