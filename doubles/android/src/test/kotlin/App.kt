import mpp.doubles.android.AlipayPlusClientMPM
import mpp.doubles.android.Callback
import mpp.doubles.android.DecodeServiceParams
import mpp.doubles.android.DecodeServiceResult
import mpp.doubles.android.LaunchParams

const val DEVICE_ADDRESS = "http://127.0.0.1:9400/d/0"

/** What a wallet has of its own, as the lines to paste name it. */
class App(val customerId: String, private val sdk: AlipayPlusClientMPM) {
    var onCashierPage: () -> Unit = {}
    var onResultPage: (status: String, errorCode: String?) -> Unit = { _, _ -> }

    fun scan(codeValue: String) {
        sdk.launch(null, LaunchParams().apply { url = codeValue })
    }

    fun decode(params: DecodeServiceParams, callback: Callback<DecodeServiceResult>) {
        onCashierPage()
        callback.onFailure("NO_MONEY", "for ${params.codeValue}")
    }

    fun confirmPayment() = onResultPage("F", "NO_MONEY")
}
