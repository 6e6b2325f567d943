// A test build that fetches its calls: an app on a telephone. Built from doubles/android. Replace: "My wallet",
// DEVICE_ADDRESS (the suite prints it: mpp-conformance doctor --wallet wallet.toml), App and its methods.
// With openPage (README of the double) it also shows what stands for the error page of Alipay+.
import mpp.doubles.android.MPMService
import mpp.doubles.android.TestBuild
import mpp.doubles.android.startPulling

fun startTestBuild() {
    val build = TestBuild("My wallet", "1.0", { phone ->
        val app = App(phone.customerId, phone.sdk) // sdk stands in the place of AlipayPlusClientMPM.getInstance()
        phone.sdk.mpmService = MPMService { params, callback -> app.decode(params, callback) }
        app.onCashierPage = { phone.screens.cashierPage().then { app.confirmPayment() } }
        app.onResultPage = { status, errorCode -> phone.screens.resultPage(status, errorCode) } // "S" or "F"
        app.scan(phone.codeValue)
    })
    startPulling(DEVICE_ADDRESS, build) // or, where the suite can call it: startAdaptor(9300, build)
}
