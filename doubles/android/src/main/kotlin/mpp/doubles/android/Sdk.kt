/**
 * The double of the Alipay+ client SDK. It reports what it is asked to do, and has the test build open what stands for
 * Alipay+'s error page: it is a witness, not a guard. A second callback, one of another decode, a call after close: each
 * is reported like any other.
 *
 * Names and fields are those of the SDK. A wallet need not wait for the [Sent] that some calls return.
 */
package mpp.doubles.android

import android.content.Context

class LaunchParams {
    @JvmField var url: String? = null

    @JvmField var userAgent: String? = null

    @JvmField var acDecodeConfig: String? = null

    @JvmField var title: String? = null
}

class LaunchResult

class ActionParams {
    @JvmField var context: Context? = null

    @JvmField var sdkActionPayload: String? = null
}

class DecodeServiceParams {
    @JvmField var codeValue: String? = null
}

/** Empty, or with what came with HANDLE_BY_SDK. */
class DecodeServiceResult {
    @JvmField var sdkActionPayload: String? = null
}

interface Callback<T> {
    fun onSuccess(result: T)

    fun onFailure(errorCode: String, errorMessage: String)
}

/** What the wallet registers, and the SDK calls when it has intercepted an order code. */
fun interface MPMService {
    fun decode(params: DecodeServiceParams, callback: Callback<DecodeServiceResult>)
}

/** Reports to the observer of one scan. */
internal typealias Report = (name: String, body: Map<String, Any?>) -> Sent

/** Is given what the wallet hands over, and opens the error page where that is a payload. */
internal typealias OpenErrorPage = (payload: String?) -> Unit

class AlipayPlusClientMPM internal constructor(
    private val report: Report,
    private val openErrorPage: OpenErrorPage,
) {
    /** Set by the wallet. */
    @JvmField @Volatile var mpmService: MPMService? = null

    /** The wallet opens a merchant page. `context` is not used. */
    @JvmOverloads
    fun launch(context: Context?, params: LaunchParams, callback: Callback<LaunchResult>? = null): Sent {
        val body = mapOf(
            "url" to params.url,
            "userAgent" to params.userAgent,
            "acDecodeConfig" to params.acDecodeConfig,
            "title" to params.title,
        )
        val sent = report("launch", body)
        if (callback != null) {
            sent.then { callback.onSuccess(LaunchResult()) }
        }
        return sent
    }

    /** The wallet hands over what came with HANDLE_BY_SDK for an order code. */
    fun handleAction(params: ActionParams): Sent {
        openErrorPage(params.sdkActionPayload)
        return report("handle-action", mapOf("sdkActionPayload" to params.sdkActionPayload))
    }

    /** The suite has the SDK call the wallet's decode; `callback` names this call. Throws where none is registered. */
    internal fun decode(codeValue: String, callback: String) {
        val service = checkNotNull(mpmService) { "the wallet has registered no mpmService" }
        val params = DecodeServiceParams().also { it.codeValue = codeValue }
        service.decode(params, Reporting(report, openErrorPage, callback))
    }
}

/** The callback of one decode, however often and whenever the wallet runs it. */
private class Reporting(
    private val report: Report,
    private val openErrorPage: OpenErrorPage,
    private val callback: String,
) : Callback<DecodeServiceResult> {
    override fun onSuccess(result: DecodeServiceResult) {
        openErrorPage(payload(result))
        val body = mapOf("callback" to callback, "outcome" to "success", "sdkActionPayload" to payload(result))
        report("decode-callback", body)
    }

    override fun onFailure(errorCode: String, errorMessage: String) {
        val words = mapOf("errorCode" to errorCode, "errorMessage" to errorMessage)
        report("decode-callback", mapOf("callback" to callback, "outcome" to "failure") + words)
    }

    /** A wallet in Java may pass null. */
    private fun payload(result: DecodeServiceResult?): String? = result?.sdkActionPayload
}

/** What the wallet's own pages show. */
class Screens internal constructor(private val report: Report) {
    /** The cashier page is shown. Confirm it when this report was taken. */
    fun cashierPage(): Sent = report("cashier-page", emptyMap())

    /** The payment result page is shown: `S` paid, `F` not paid. */
    @JvmOverloads
    fun resultPage(status: String, errorCode: String? = null): Sent =
        report("result-page", mapOf("status" to status, "errorCode" to errorCode))

    /** Optional (`app_link`): the server has told the client what a code is: `OPEN_URL`, `DECODE` or `NONE`. */
    fun identityAnswer(codeValue: String, action: String): Sent =
        report("identity-answer", mapOf("codeValue" to codeValue, "action" to action))

    /** Optional (`app_link`): the server has handed the client the outcome of userInitiatedPay. */
    @JvmOverloads
    fun serverAnswer(
        actionType: String?,
        sdkActionPayload: String? = null,
        paymentStatus: String? = null,
        errorCode: String? = null,
    ): Sent {
        val action = mapOf("actionType" to actionType, "sdkActionPayload" to sdkActionPayload)
        return report("server-answer", action + mapOf("paymentStatus" to paymentStatus, "errorCode" to errorCode))
    }
}
