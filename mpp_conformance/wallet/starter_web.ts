// A test build that fetches its calls: a page in a browser, React Native. Built from doubles/web. Replace: 'My wallet',
// DEVICE_ADDRESS (the suite prints it: mpp-conformance doctor --wallet wallet.toml), App and its methods.
import { startPulling } from 'mpp-doubles-web';
import { App } from './app';

startPulling(DEVICE_ADDRESS, {
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
