/** Reports to the observer (openapi/observer.yaml): one at a time, in order, each sent until it is taken. */
package mpp.doubles.android

import java.security.SecureRandom
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor

/** Is told of what could not be reported, or was refused. */
fun interface OnProblem {
    fun tell(problem: String)
}

/**
 * @property timeoutMs milliseconds that an answer may take; the observer holds that of a cashier page back for a while
 * @property retryForMs milliseconds for which a report is sent again and again
 * @property pauseMs milliseconds between two attempts
 */
class Timing @JvmOverloads constructor(
    val timeoutMs: Int = 60_000,
    val retryForMs: Long = 120_000,
    val pauseMs: Long = 250,
)

/** A report on its way: it was taken, or could not be brought, when [await] comes back. */
class Sent internal constructor(private val threads: Executor) {
    private val ended = CountDownLatch(1)

    /** Not on the main thread of an app: the suite may take its time. */
    fun await() = ended.await()

    /** Runs `next` afterwards, in a thread of its own. */
    fun then(next: Runnable) = threads.execute {
        await()
        next.run()
    }

    internal fun end() = ended.countDown()
}

/** The reports of one test build that are on their way, whichever payments they are about. */
internal class Reports(
    private val problem: (String) -> Unit,
    private val timing: Timing,
    private val threads: Executor,
) {
    private class Waiting(val name: String, val text: String, val sent: Sent)

    /** By observer address; what is being sent is the first of its line. */
    private val lines = HashMap<String, ArrayDeque<Waiting>>()

    /** The observer addresses to which one is on its way, or will be sent again. */
    val pending: List<String>
        get() = synchronized(lines) { lines.keys.toList() }

    /** Never throws, and does not wait. */
    fun report(observerUrl: String, name: String, body: Map<String, Any?>): Sent {
        // The text is made at once: the wallet may change the object afterwards.
        val waiting = Waiting(name, Json.write(body), Sent(threads))
        val isAlone = synchronized(lines) {
            val line = lines.getOrPut(observerUrl) { ArrayDeque() }
            line.addLast(waiting)
            line.size == 1
        }
        if (isAlone) {
            threads.execute { bringAll(observerUrl, waiting) }
        }
        return waiting.sent
    }

    private fun bringAll(observerUrl: String, first: Waiting) {
        var next: Waiting? = first
        while (next != null) {
            bring(observerUrl, next)
            val brought = next
            next = synchronized(lines) { following(observerUrl) }
            brought.sent.end()
        }
    }

    private fun following(observerUrl: String): Waiting? {
        val line = lines.getValue(observerUrl)
        line.removeFirst()
        if (line.isEmpty()) {
            lines.remove(observerUrl)
        }
        return line.firstOrNull()
    }

    private fun bring(observerUrl: String, report: Waiting) {
        val headers = mapOf("Report-Id" to newId())
        val deadline = Deadline(timing.retryForMs)
        while (true) {
            val answer = runCatching { post("$observerUrl/${report.name}", report.text, timing.timeoutMs, headers) }
            val status = answer.getOrNull()?.status ?: 0
            if (status in TAKEN) {
                return
            }
            if (status in REFUSED || deadline.isOver) {
                val words = answer.fold({ "${it.status} ${it.text.take(MAX_WORDS)}" }, Throwable::toString)
                return problem("${report.name}: $words")
            }
            Thread.sleep(timing.pauseMs)
        }
    }
}

internal const val MAX_WORDS = 300
internal val TAKEN = 200..299
private val REFUSED = 300..499
private val random = SecureRandom()

private fun newId(): String {
    val bytes = ByteArray(16).also(random::nextBytes)
    return bytes.joinToString("") { "%02x".format(it) }
}

/** So many milliseconds from now. */
internal class Deadline(milliseconds: Long) {
    private val end = System.nanoTime() + milliseconds * 1_000_000

    val isOver: Boolean
        get() = System.nanoTime() - end >= 0
}
