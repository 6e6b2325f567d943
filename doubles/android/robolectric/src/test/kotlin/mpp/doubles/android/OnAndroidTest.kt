package mpp.doubles.android

import android.app.Application
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.os.Handler
import android.os.Looper
import android.webkit.WebView
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit.SECONDS
import org.json.JSONObject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.ConscryptMode
import org.robolectric.annotation.ConscryptMode.Mode.OFF

private const val PAGE = "http://127.0.0.1:9400/error-page/1"
private const val PAYLOAD = "{\"page\":\"\u2028</script>\\/ \ud83d\ude00\",\"id\":9007199254740993}"

/** An app that does everything on its main thread, on the classes of Android 14. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], manifest = Config.NONE)
@ConscryptMode(OFF)
class OnAndroidTest {
    private val suite = Suite()
    private val app: Application = RuntimeEnvironment.getApplication()
    private val main = Handler(Looper.getMainLooper())
    private val posted = Semaphore(0)
    private val phones = LinkedBlockingQueue<Phone>()

    @After
    fun end() = suite.close()

    private fun onMain(work: () -> Unit) {
        main.post { work() }
        posted.release()
    }

    /** The main thread is the test's own: it does what was posted next. */
    private fun doNext() {
        check(posted.tryAcquire(10, SECONDS)) { "nothing was posted to the main thread" }
        shadowOf(Looper.getMainLooper()).idle()
    }

    private fun scanned(openPage: OpenPage = OpenPage {}): Pair<Adaptor, Phone> {
        val usual = suite.build(phones::add)
        val build = TestBuild(usual.wallet, usual.version, usual.scan, usual.onProblem, usual.timing, openPage)
        val adaptor = Adaptor(build)
        val asked = mapOf("codeValue" to "code", "customerId" to "me", "observerUrl" to suite.observer)
        adaptor.call("scan", asked + mapOf("errorPageUrl" to PAGE))
        return adaptor to checkNotNull(phones.poll(10, SECONDS))
    }

    private fun Phone.handOver(payload: String?) = sdk.handleAction(
        ActionParams().also {
            it.context = app
            it.sdkActionPayload = payload
        },
    )

    private fun isMain() = Looper.myLooper() == Looper.getMainLooper()

    @Test
    fun `a payment on the main thread is reported in order, and its callback runs there`() {
        val (adaptor, phone) = scanned()
        val params = LaunchParams().apply { url = "https://merchant.example" }
        onMain { phone.sdk.launch(app, params) }
        doNext()
        phone.sdk.mpmService = MPMService { asked, callback ->
            onMain {
                phone.screens.cashierPage().then {
                    onMain {
                        phone.screens.resultPage("S")
                        callback.onSuccess(DecodeServiceResult().also { it.sdkActionPayload = asked.codeValue })
                        assertTrue(isMain())
                    }
                }
            }
        }
        adaptor.call("decode", mapOf("codeValue" to "order", "callback" to "c", "observerUrl" to suite.observer))
        doNext()
        doNext()
        val reports = suite.next(4)
        assertEquals(listOf("launch", "cashier-page", "result-page", "decode-callback"), reports.map { it.what })
        assertEquals("order", reports.last().body["sdkActionPayload"])
    }

    @Test
    fun `a payload that Android's own JSON has read comes through to the letter`() {
        val answer = JSONObject().put("sdkActionPayload", PAYLOAD).toString()
        scanned().second.handOver(JSONObject(answer).getString("sdkActionPayload"))
        assertEquals(PAYLOAD, suite.next().single().body["sdkActionPayload"])
        assertEquals(34, Build.VERSION.SDK_INT)
    }

    @Test
    fun `the error page is shown in a WebView`() {
        val view = WebView(app)
        scanned { url -> onMain { view.loadUrl(url) } }.second.handOver(PAYLOAD)
        doNext()
        assertEquals(PAGE, shadowOf(view).lastLoadedUrl)
    }

    @Test
    fun `or by an Intent`() {
        val open = OpenPage { app.startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(it)).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)) }
        scanned(open).second.handOver(PAYLOAD)
        assertEquals(Uri.parse(PAGE), shadowOf(app).nextStartedActivity.data)
    }

    @Test
    fun `nothing is opened where no payload is handed over`() {
        scanned { throw AssertionError(it) }.second.handOver(null)
        assertEquals(listOf("handle-action"), suite.next().map { it.what })
    }

    @Test
    fun `an app on a telephone fetches its calls`() {
        val asked = JSONObject().put("codeValue", "code").put("customerId", "me").put("observerUrl", suite.observer)
        val call = JSONObject().put("number", 1).put("operation", "scan").put("body", asked)
        val calls = JSONObject().put("calls", org.json.JSONArray().put(call))
        suite.answers("calls", Manner(200, calls.toString()))
        val pulling = startPulling(suite.device, suite.build { phone -> onMain { phone.handOver(phone.codeValue) } })
        doNext()
        val posted = generateSequence { suite.next().single() }.first { it.what == "handle-action" }
        assertEquals("code", posted.body["sdkActionPayload"])
        pulling.close()
    }
}
