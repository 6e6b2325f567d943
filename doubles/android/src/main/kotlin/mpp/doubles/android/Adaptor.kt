/** What the suite asks of a test build (openapi/mpp-adaptor.yaml), whichever way it comes. */
package mpp.doubles.android

import java.net.URI
import java.util.concurrent.Executor
import java.util.concurrent.Executors

private const val MAX_PHONES = 10_000

/**
 * A code in front of the camera of a phone; each scan has a phone of its own.
 *
 * @property customerId who is logged in
 * @property sdk in the place of `AlipayPlusClientMPM.getInstance()`
 */
class Phone internal constructor(
    @JvmField val codeValue: String,
    @JvmField val customerId: String,
    @JvmField val sdk: AlipayPlusClientMPM,
    @JvmField val screens: Screens,
)

/** Does what the app does with a code in front of its camera; runs in a thread of its own, which it may block. */
fun interface Scan {
    @Throws(Exception::class)
    fun scan(phone: Phone)
}

/** Opens the page at an address: in a WebView, or by an Intent. Runs in the thread that has called the SDK's double. */
fun interface OpenPage {
    @Throws(Exception::class)
    fun open(url: String)
}

/**
 * @property onProblem is told of what goes wrong in the test build; the log (System.err), if left out
 * @property openPage opens what stands for Alipay+'s error page, where the SDK would open that
 */
class TestBuild @JvmOverloads constructor(
    val wallet: String,
    val version: String,
    val scan: Scan,
    val onProblem: OnProblem = OnProblem { System.err.println("test build: $it") },
    val timing: Timing = Timing(),
    val openPage: OpenPage = OpenPage {},
)

/** A call could not be carried out, which proves nothing about the wallet. */
internal class NotCarriedOut(val words: String) : Exception(words)

internal class Adaptor(val build: TestBuild) {
    private val pool = Executors.newCachedThreadPool { work -> Thread(work, "test build").apply { isDaemon = true } }

    /** What a thread throws is told of: on Android it would end the app. */
    val threads = Executor { work -> pool.execute { runCatching(work::run).onFailure { problem(it.toString()) } } }
    val reports = Reports(::problem, build.timing, threads)
    private val phones = LinkedHashMap<String, Phone>()

    fun problem(words: String) {
        runCatching { build.onProblem.tell(words) }.onFailure { System.err.println("test build: $words ($it)") }
    }

    /** Begins what is asked, and does not wait for its end. NotCarriedOut says why it cannot be. */
    fun call(operation: String, body: Any?) {
        val asked = body as? Map<*, *> ?: emptyMap<String, Any?>()
        val observerUrl = address(asked, "observerUrl").trimEnd('/')
        when (operation) {
            "scan" -> {
                val errorPage = if ("errorPageUrl" in asked) address(asked, "errorPageUrl") else null
                scan(text(asked, "codeValue", 8192), text(asked, "customerId", 64), observerUrl, errorPage)
            }
            "decode" -> decode(text(asked, "codeValue", 512), text(asked, "callback", 128), observerUrl)
            else -> throw NotCarriedOut("there is no operation ${operation.take(100)}")
        }
    }

    private fun scan(codeValue: String, customerId: String, observerUrl: String, errorPage: String?) {
        val report: Report = { name, body -> reports.report(observerUrl, name, body) }
        val sdk = AlipayPlusClientMPM(report) { payload -> if (!payload.isNullOrEmpty()) errorPage?.let(::open) }
        val phone = Phone(codeValue, customerId, sdk, Screens(report))
        synchronized(phones) {
            if (phones.size >= MAX_PHONES) {
                phones.remove(phones.keys.first())
            }
            phones[observerUrl] = phone
        }
        begin("scan") { build.scan.scan(phone) }
    }

    private fun decode(codeValue: String, callback: String, observerUrl: String) {
        val phone = synchronized(phones) { phones[observerUrl] }
            ?: throw NotCarriedOut("no scan came with this observerUrl")
        begin("decode") { phone.sdk.decode(codeValue, callback) }
    }

    /** What the wallet asked for goes on, whatever becomes of the page. */
    private fun open(url: String) {
        runCatching { build.openPage.open(url) }.onFailure { problem("$url: $it") }
    }

    /** In a thread of its own: whatever the wallet does, the call was understood. */
    private fun begin(what: String, act: () -> Unit) {
        threads.execute { runCatching(act).onFailure { problem("$what: $it") } }
    }
}

private fun isHttp(url: String): Boolean {
    val parsed = runCatching { URI(url) }.getOrNull() ?: return false
    return parsed.scheme?.lowercase() in setOf("http", "https") && parsed.host != null
}

private fun address(body: Map<*, *>, name: String): String {
    val value = text(body, name, 2048)
    if (!isHttp(value)) {
        throw NotCarriedOut("$name: expected an http or https address")
    }
    return value
}

private fun text(body: Map<*, *>, name: String, maxLength: Int): String {
    val value = body[name] as? String
    // Characters, as openapi/ counts them.
    if (value.isNullOrEmpty() || value.codePointCount(0, value.length) > maxLength) {
        throw NotCarriedOut("$name: expected text of 1 to $maxLength characters")
    }
    return value
}
