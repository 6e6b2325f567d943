// A test build that runs on Node and is called. Built from doubles/web. Replace: 'My wallet', the port (that of
// [reach] adaptor in wallet.toml), App and its methods.
import { startAdaptor } from 'mpp-doubles-web/node';
import { App } from './app';

await startAdaptor(9300, {
  wallet: 'My wallet',
  version: '1.0',
  async scan({ codeValue, customerId, sdk, screens }) {
    const app = new App({ customerId, sdk }); // sdk stands in the place of AlipayPlusClientMPM.getInstance()
    sdk.mpmService = { decode: (params, callback) => app.decode(params, callback) };
    app.onCashierPage = async () => {
      await screens.cashierPage();
      await app.confirmPayment();
    };
    app.onResultPage = (status, errorCode) => screens.resultPage(status, errorCode); // 'S' or 'F'
    await app.scan(codeValue);
  },
});
