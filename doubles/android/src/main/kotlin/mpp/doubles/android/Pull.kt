/** Fetches the suite's calls from a device address (openapi/device.yaml): for an app that nobody can call. */
package mpp.doubles.android

import java.io.IOException
import java.net.HttpURLConnection
import java.util.concurrent.CountDownLatch

/** Longer than the suite holds an answer back. */
private const val POLL_MS = 30_000

class Pulling internal constructor(private val device: Device) {
    /** Asks no more. What is still reported goes to the suite all the same. */
    fun close() = device.close()

    /** Comes back when nothing is asked any more: closed, or another test build has taken the address over. */
    fun awaitEnd() = device.ended.await()
}

internal class Device(private val url: String, private val adaptor: Adaptor) {
    val ended = CountDownLatch(1)
    private val timing = adaptor.build.timing

    /** As the last hello was answered; null when there is none. */
    @Volatile private var client: String? = null
    private var after = 0L

    @Volatile private var told = ""

    /** A question that the suite has not answered yet stays open, and its answer is not read. */
    fun close() = ended.countDown()

    private val isClosed: Boolean
        get() = ended.count == 0L

    fun run() {
        while (!isClosed) {
            try {
                client?.let(::fetch) ?: hello()
                told = ""
            } catch (problem: Exception) {
                complain(problem)
                Thread.sleep(timing.pauseMs)
            }
        }
    }

    private fun hello() {
        val answer = say("hello", mapOf("wallet" to adaptor.build.wallet, "version" to adaptor.build.version))
        client = answer["client"] as? String ?: throw IOException("hello: the answer names no client")
        after = 0
    }

    private fun fetch(client: String) {
        val pending = adaptor.reports.pending.map { it.substringAfterLast('/') }
        val answer = say("calls", mapOf("client" to client, "after" to after, "pending" to pending))
        if (isClosed) {
            return
        }
        for (call in (answer["calls"] as? List<*>).orEmpty().filterIsInstance<Map<*, *>>()) {
            val number = call["number"] as? Long ?: throw IOException("calls: a call has no number")
            if (number > after) {
                // Fetched: it must not be begun twice, whatever becomes of the answer.
                after = number
                val problem = begin(call["operation"].toString(), call["body"])
                adaptor.threads.execute { answer(client, number, problem) }
            }
        }
    }

    /** Why it could not be begun; null where it was. */
    private fun begin(operation: String, body: Any?): String? = try {
        adaptor.call(operation, body)
        null
    } catch (problem: NotCarriedOut) {
        problem.words
    }

    private fun answer(client: String, number: Long, problem: String?) {
        val words = if (problem == null) emptyMap() else mapOf("problem" to problem)
        val body = mapOf("client" to client, "number" to number) + words
        val deadline = Deadline(timing.retryForMs)
        while (!deadline.isOver && this.client == client) {
            try {
                say("answers", body)
                return
            } catch (trouble: Exception) {
                complain(trouble)
                Thread.sleep(timing.pauseMs)
            }
        }
    }

    private fun say(what: String, body: Map<String, Any?>): Map<*, *> {
        val answer = try {
            post("$url/$what", Json.write(body), POLL_MS)
        } catch (problem: IOException) {
            throw IOException("the suite does not answer; it is asked again until it does ($problem)")
        }
        if (answer.status == HttpURLConnection.HTTP_GONE) {
            close()
        }
        if (answer.status == HttpURLConnection.HTTP_CONFLICT && "has said hello" in answer.text) {
            client = null // Another run has begun: hello is said to it.
            return emptyMap<String, Any?>()
        }
        if (answer.status !in TAKEN) {
            throw IOException("$what: ${answer.status} ${answer.text.take(MAX_WORDS)}")
        }
        return answer.text.ifEmpty { null }?.let(Json::read) as? Map<*, *> ?: emptyMap<String, Any?>()
    }

    /** Once for each trouble in a row: a suite that is not there yet is asked again and again. */
    private fun complain(problem: Exception) {
        val words = problem.message ?: problem.toString()
        if (words != told) {
            told = words
            adaptor.problem(words)
        }
    }
}
