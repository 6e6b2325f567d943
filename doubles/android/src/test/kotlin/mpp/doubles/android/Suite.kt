package mpp.doubles.android

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS
import org.json.JSONObject

/** What was posted; `what` is the last part of the path. */
class Posted(val what: String, val id: String?, val text: String) {
    val body get() = JSONObject(text)
}

/** An answer; without a status the connection breaks instead. */
class Manner(val status: Int?, val text: String = "")

/** In the place of the suite: an observer and a device address that answer as a test says. */
class Suite : AutoCloseable {
    private val manners = ConcurrentHashMap<String, ConcurrentLinkedQueue<Manner>>()
    private val posted = LinkedBlockingQueue<Posted>()
    private val problems = LinkedBlockingQueue<String>()
    private val threads = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0).apply {
        executor = threads
        createContext("/", ::answer)
        start()
    }
    private val origin = "http://127.0.0.1:${server.address.port}"
    val observer = "$origin/o/1"
    val device = "$origin/d/x"

    fun build(scan: Scan) =
        TestBuild("w", "1", scan, { problems.add(it) }, Timing(timeoutMs = 5_000, retryForMs = 2_000, pauseMs = 1))

    /** The next requests of this name are answered so, those beyond as usual. */
    fun answers(what: String, vararg next: Manner) {
        manners[what] = ConcurrentLinkedQueue(next.asList())
    }

    /** The next that were posted; they must come. */
    fun next(count: Int = 1): List<Posted> =
        List(count) { checkNotNull(posted.poll(10, SECONDS)) { "nothing was posted; problems: $problems" } }

    /** Nothing else was posted. */
    fun isQuiet() = posted.isEmpty()

    /** The next problem that was told; one must be. */
    fun problem(): String = checkNotNull(problems.poll(10, SECONDS)) { "no problem was told" }

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
    }

    private fun answer(exchange: HttpExchange) {
        val what = exchange.requestURI.path.substringAfterLast('/')
        val text = String(exchange.requestBody.readBytes())
        posted.add(Posted(what, exchange.requestHeaders.getFirst("Report-Id"), text))
        val manner = manners[what]?.poll() ?: usual(what)
        if (manner.status != null) {
            val bytes = manner.text.toByteArray()
            exchange.sendResponseHeaders(manner.status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
            exchange.responseBody.write(bytes)
        }
        exchange.close()
    }

    private fun usual(what: String): Manner = when (what) {
        "hello" -> Manner(200, """{"client":"c"}""")
        // Held back: there is no call.
        "calls" -> Manner(null).also { LinkedBlockingQueue<Unit>().poll(60, SECONDS) }
        else -> Manner(204)
    }
}
