package mpp.doubles.android

import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS

/** The double says what it was asked, once, in order and to the letter, and what comes when it should not. */
class DoubleTest {
    private val suite = Suite()
    private val phones = LinkedBlockingQueue<Phone>()
    private val adaptor = Adaptor(suite.build(phones::add))

    @AfterEach
    fun end() = suite.close()

    private fun call(operation: String, vararg fields: Pair<String, Any?>) =
        adaptor.call(operation, mapOf("observerUrl" to suite.observer, *fields))

    private fun scanned(): Phone {
        call("scan", "codeValue" to "code", "customerId" to "me")
        return checkNotNull(phones.poll(10, SECONDS))
    }

    private fun params(payload: String?) = ActionParams().apply { sdkActionPayload = payload }

    private fun result(payload: String?) = DecodeServiceResult().apply { sdkActionPayload = payload }

    @Test
    fun `payloads come through to the letter`() {
        val phone = scanned()
        val halves = "\ud800 \udc00 \ud83d\ude00 \ud83d"
        val payloads = listOf("{\"page\":\"\u2028\u2029\u0000\"}", "é".repeat(65_536), halves, "", null)
        payloads.forEach { phone.sdk.handleAction(params(it)) }
        val posted = suite.next(payloads.size)
        assertEquals(payloads, posted.map { it.body.opt("sdkActionPayload") as? String })
        assertEquals(payloads, posted.map { (Json.read(it.text) as Map<*, *>)["sdkActionPayload"] })
    }

    @Test
    fun `a report that was not answered is sent again with its id, and the next one waits for it`() {
        suite.answers("launch", Manner(null), Manner(503))
        val phone = scanned()
        phone.sdk.launch(null, LaunchParams().apply { url = "https://merchant.example" })
        phone.screens.resultPage("F", "NO_MONEY").await()
        val posted = suite.next(4)
        assertEquals(listOf("launch", "launch", "launch", "result-page"), posted.map { it.what })
        assertEquals(2, posted.map { it.id }.distinct().size)
        assertEquals("https://merchant.example", posted.first().body["url"])
    }

    @Test
    fun `a report that was refused is told of, and not sent again`() {
        suite.answers("cashier-page", Manner(400, "no"))
        scanned().screens.cashierPage().await()
        assertEquals("cashier-page: 400 no", suite.problem())
        assertEquals(listOf("cashier-page"), suite.next().map { it.what })
        assertTrue(suite.isQuiet())
        assertEquals(emptyList<String>(), adaptor.reports.pending)
    }

    @Test
    fun `what waits for a report runs after it, and what it throws is told of`() {
        scanned().screens.cashierPage().then { error("confirmed after ${suite.next().single().what}") }
        assertTrue("confirmed after cashier-page" in suite.problem())
    }

    @Test
    fun `launch calls its callback back`() {
        val called = LinkedBlockingQueue<LaunchResult>()
        val callback = object : Callback<LaunchResult> {
            override fun onSuccess(result: LaunchResult) = called.put(result)

            override fun onFailure(errorCode: String, errorMessage: String) = Unit
        }
        scanned().sdk.launch(null, LaunchParams(), callback)
        checkNotNull(called.poll(10, SECONDS))
        assertEquals(listOf("launch"), suite.next().map { it.what })
    }

    @Test
    fun `each run of a callback is reported, twice and out of turn too`() {
        val decoded = LinkedBlockingQueue<Pair<String?, Callback<DecodeServiceResult>>>()
        scanned().sdk.mpmService = object : MPMService {
            override fun decode(params: DecodeServiceParams, callback: Callback<DecodeServiceResult>) =
                decoded.put(params.codeValue to callback)
        }
        for (callback in listOf("first", "second")) {
            call("decode", "codeValue" to "code of $callback", "callback" to callback)
        }
        val callbacks = listOf(decoded.take(), decoded.take()).toMap()
        val (first, second) = listOf("first", "second").map { callbacks.getValue("code of $it") }
        second.onSuccess(result("p"))
        first.onFailure("NO_MONEY", "not enough")
        first.onSuccess(result(null))
        val success = mapOf("callback" to "first", "outcome" to "success")
        val expected = listOf(
            success + mapOf("callback" to "second", "sdkActionPayload" to "p"),
            success + mapOf("outcome" to "failure", "errorCode" to "NO_MONEY", "errorMessage" to "not enough"),
            success + mapOf("sdkActionPayload" to null),
        )
        assertEquals(expected, suite.next(3).map { Json.read(it.text) })
    }

    @Test
    fun `the error page is opened for a payload that is handed over, where it has an address`() {
        val opened = LinkedBlockingQueue<String>()
        val given = suite.build { phone ->
            val callbacks = mutableListOf<Callback<DecodeServiceResult>>()
            phone.sdk.mpmService = MPMService { _, callback -> callbacks += callback }
            phone.sdk.decode("order", "c")
            phone.sdk.handleAction(params(null))
            callbacks.single().onSuccess(result(null))
            callbacks.single().onFailure("NO_MONEY", "not enough")
            phone.sdk.handleAction(params("p"))
            callbacks.single().onSuccess(result("p"))
        }
        val openPage = OpenPage {
            opened.add(it)
            error("no screen")
        }
        val build = TestBuild("w", "1", given.scan, given.onProblem, given.timing, openPage)
        val whole = mapOf("codeValue" to "c", "customerId" to "m", "observerUrl" to suite.observer)
        for (body in listOf(whole, whole + ("errorPageUrl" to "http://suite.example/stand-in"))) {
            Adaptor(build).call("scan", body)
            suite.next(5)
        }
        assertEquals(List(2) { "http://suite.example/stand-in" }, opened.toList())
        assertTrue("no screen" in suite.problem())
    }

    @Test
    fun `a decode for which nothing is registered, and a wallet that throws, is told of`() {
        scanned()
        call("decode", "codeValue" to "order", "callback" to "c")
        assertTrue("registered no mpmService" in suite.problem())
        val scan = mapOf("codeValue" to "c", "customerId" to "m", "observerUrl" to suite.observer)
        Adaptor(suite.build { error("no camera") }).call("scan", scan)
        assertTrue("no camera" in suite.problem())
    }

    @Test
    fun `what breaks the interface is refused, and begins nothing`() {
        val early = mapOf("codeValue" to "o", "callback" to "c", "observerUrl" to suite.observer)
        val whole = mapOf("codeValue" to "c", "customerId" to "m", "observerUrl" to suite.observer)
        val values = listOf(1L, "", "x".repeat(8_193)).map { whole + ("codeValue" to it) }
        val elsewhere = listOf("file:///etc/passwd", "jar:http://h/x!/", "http://a b", "http:///path")
        val broken = listOf(null, emptyList<Any>(), whole - "customerId") + values
        val pages = listOf(null, "", *elsewhere.toTypedArray()).map { whole + ("errorPageUrl" to it) }
        for (body in broken + pages + elsewhere.map { whole + ("observerUrl" to it) }) {
            assertThrows(NotCarriedOut::class.java) { adaptor.call("scan", body) }
        }
        assertThrows(NotCarriedOut::class.java) { adaptor.call("decode", early) }
        assertThrows(NotCarriedOut::class.java) { adaptor.call("pay", whole) }
        assertTrue(phones.isEmpty())
        // Characters are counted, not halves of them.
        adaptor.call("scan", whole + ("codeValue" to "\ud83d\ude00".repeat(8_192)))
        assertEquals(16_384, checkNotNull(phones.poll(10, SECONDS)).codeValue.length)
    }
}
