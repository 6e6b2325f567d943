package mpp.doubles.android

import java.net.HttpURLConnection
import java.net.Socket
import java.net.URI
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Both ways by which the suite's calls come: it calls, or is asked for them. */
class WaysTest {
    private val suite = Suite()
    private val phones = LinkedBlockingQueue<Phone>()
    private val build = suite.build(phones::add)

    @AfterEach
    fun end() = suite.close()

    private fun calls(number: Int) = Manner(
        200,
        """{"calls":[{"number":$number,"operation":"scan","body":
            {"codeValue":"c","customerId":"me","observerUrl":"${suite.observer}"}}]}""",
    )

    /** The next requests without the answers, which come in a thread of their own; the client's name in each. */
    private fun asked(count: Int): List<Pair<String, Any?>> =
        generateSequence { suite.next().single() }.filter { it.what != "answers" }.take(count)
            .map { it.what to it.body.opt("client") }.toList()

    private fun raw(listening: Listening, request: ByteArray): String =
        Socket("127.0.0.1", URI(listening.url).port).use {
            it.soTimeout = 10_000
            it.getOutputStream().write(request)
            String(it.getInputStream().readBytes())
        }

    @Test
    fun `the adaptor says who it is, takes calls, and refuses what is none`() {
        val listening = startAdaptor(0, build)
        fun status(path: String, body: String) = post(listening.url + path, body, 10_000).status
        val health = URI("${listening.url}/health").toURL().openConnection() as HttpURLConnection
        assertEquals(mapOf("wallet" to "w", "version" to "1"), Json.read(String(health.inputStream.readBytes())))
        val tooLong = """{"codeValue":"${"x".repeat(2_000_000)}"}"""
        val tooDeep = "[".repeat(100_000)
        val noJson = listOf("", "\ufeff{}", "{}{}", "{'a':1}", "[01]", "\"\t\"", "[1,]", "[tru]", tooDeep)
        for (body in noJson + listOf("[]", "{}", tooLong)) {
            assertEquals(400, status("/scan", body), body.take(20))
        }
        assertEquals(404, status("/elsewhere", "{}"))
        val scan = """{"codeValue":"\u2028","customerId":"me","observerUrl":"${suite.observer}"}"""
        assertEquals(202, status("/scan", scan))
        assertEquals("\u2028", checkNotNull(phones.poll(10, SECONDS)).codeValue)
        listening.close()
    }

    @Test
    fun `the adaptor bounds what it reads, and goes on`() {
        val listening = startAdaptor(0, build)
        val post = "POST /scan HTTP/1.1\r\n"
        val lengths = listOf("-1", "99999999999", "1\r\nContent-Length: 2").map { "Content-Length: $it" }
        for (head in lengths + "Transfer-Encoding: chunked") {
            assertTrue(raw(listening, "$post$head\r\n\r\n".toByteArray()).startsWith("HTTP/1.1 400 "), head)
        }
        val notUtf8 = "${post}Content-Length: 4\r\n\r\n".toByteArray() + byteArrayOf(34, -1, -1, 34)
        assertTrue(raw(listening, notUtf8).startsWith("HTTP/1.1 400 "))
        assertEquals("", runCatching { raw(listening, (post + "x".repeat(70_000)).toByteArray()) }.getOrDefault(""))
        assertTrue(raw(listening, "GET /health HTTP/1.1\r\n\r\n".toByteArray()).startsWith("HTTP/1.1 200 "))
        listening.close()
    }

    @Test
    fun `a call that is fetched twice is begun once, and one after close is reported all the same`() {
        suite.answers("calls", Manner(null), calls(1), calls(1))
        val pulling = startPulling(suite.device, build)
        assertEquals(listOf("hello", "calls", "calls", "calls", "calls"), asked(5).map { it.first })
        pulling.close()
        pulling.awaitEnd()
        val phone = checkNotNull(phones.poll(10, SECONDS))
        assertTrue(phones.isEmpty())
        phone.sdk.handleAction(ActionParams())
        assertEquals(listOf("handle-action" to null), asked(1))
    }

    @Test
    fun `a call that cannot be carried out is answered with why`() {
        suite.answers("calls", Manner(200, """{"calls":[{"number":7,"operation":"pay","body":{}}]}"""))
        suite.answers("answers", Manner(503))
        val pulling = startPulling(suite.device, build)
        val answers = generateSequence { suite.next().single() }.filter { it.what == "answers" }.take(2).toList()
        val why = "observerUrl: expected text of 1 to 2048 characters"
        val expected = mapOf("client" to "c", "number" to 7L, "problem" to why)
        assertEquals(listOf(expected, expected), answers.map { Json.read(it.text) })
        pulling.close()
    }

    @Test
    fun `what is still on its way is named when calls are asked for`() {
        suite.answers("calls", calls(1), *Array(10_000) { Manner(200, """{"calls":[]}""") })
        suite.answers("handle-action", *Array(10_000) { Manner(503) })
        val pulling = startPulling(suite.device, suite.build { it.sdk.handleAction(ActionParams()) })
        val pending = generateSequence { suite.next().single() }.filter { it.what == "calls" }
            .map { it.body.getJSONArray("pending").toList() }
        assertEquals(listOf("1"), pending.first { it.isNotEmpty() })
        pulling.close()
    }

    @Test
    fun `after a lost connection the same client asks on, and after a new start of the suite it says hello`() {
        suite.answers("hello", Manner(200, """{"client":"a"}"""), Manner(200, """{"client":"b"}"""))
        val unknown = Manner(409, """{"problem":"client: nobody of this name has said hello"}""")
        suite.answers("calls", Manner(null), unknown, Manner(410, "{}"))
        startPulling(suite.device, build).awaitEnd()
        val none = "hello" to null
        assertEquals(listOf(none, "calls" to "a", "calls" to "a", none, "calls" to "b"), asked(5))
        val (silent, replaced) = List(2) { suite.problem() }
        assertTrue(silent.startsWith("the suite does not answer; it is asked again until it does"))
        assertEquals("calls: 410 {}", replaced)
    }
}
