// A test build that fetches its calls: an app on a telephone. Built from doubles/android. Replace: "My wallet",
// Config.DEVICE_ADDRESS (the suite prints it: mpp-conformance doctor --wallet wallet.toml), App and its methods.
// With openPage (README of the double) it also shows what stands for the error page of Alipay+.
import mpp.doubles.android.Doubles;
import mpp.doubles.android.TestBuild;

class StartTestBuild {
    static void startTestBuild() {
        TestBuild build = new TestBuild("My wallet", "1.0", phone -> {
            App app = new App(phone.customerId, phone.sdk); // sdk stands in the place of AlipayPlusClientMPM.getInstance()
            phone.sdk.mpmService = app::decode;
            app.onCashierPage = () -> phone.screens.cashierPage().then(app::confirmPayment);
            app.onResultPage = (status, errorCode) -> phone.screens.resultPage(status, errorCode); // "S" or "F"
            app.scan(phone.codeValue);
        });
        Doubles.startPulling(Config.DEVICE_ADDRESS, build); // or, where the suite can call it: Doubles.startAdaptor(9300, build)
    }
}
