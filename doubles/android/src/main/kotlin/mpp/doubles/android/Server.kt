/** The adaptor as an HTTP server (openapi/mpp-adaptor.yaml): one request a connection, each within bounds. */
package mpp.doubles.android

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.util.concurrent.Semaphore

private const val MAX_BODY = 1_048_576
private const val MAX_READ = 16_777_216
private const val MAX_HEAD = 65_536
private const val MAX_CONNECTIONS = 32
private const val REQUEST_MS = 10_000

/** Listens on this machine alone. */
class Listening internal constructor(private val socket: ServerSocket) {
    val url: String = "http://127.0.0.1:${socket.localPort}"

    /** Takes no call any more. What is still reported goes to the suite all the same. */
    fun close() = socket.close()
}

internal class Server(private val adaptor: Adaptor, port: Int) {
    private val socket = ServerSocket(port, 0, InetAddress.getByAddress(byteArrayOf(127, 0, 0, 1)))
    private val connections = Semaphore(MAX_CONNECTIONS)
    val listening = Listening(socket)

    fun run() {
        while (!socket.isClosed) {
            connections.acquire()
            val connection = runCatching { socket.accept() }.getOrNull()
            if (connection == null) {
                connections.release()
            } else {
                adaptor.threads.execute { serve(connection) }
            }
        }
    }

    private fun serve(connection: Socket) {
        try {
            connection.use {
                it.soTimeout = REQUEST_MS
                val answer = answered(Request(it.getInputStream()))
                it.getOutputStream().write(answer)
                it.shutdownOutput()
            }
        } catch (gone: IOException) {
            // Whoever called is told nothing, and calls again.
        } finally {
            connections.release()
        }
    }

    private fun answered(request: Request): ByteArray = try {
        val asked = request.readHead()
        val operation = OPERATIONS[asked]
        when {
            asked == "GET /health" -> answer(200, adaptor.build.run { mapOf("wallet" to wallet, "version" to version) })
            operation == null -> problem(404, "there are GET /health, POST /scan and POST /decode")
            else -> {
                adaptor.call(operation, Json.read(request.readBody()))
                answer(202, null)
            }
        }
    } catch (refused: NotCarriedOut) {
        problem(400, refused.words)
    } catch (broken: NotJson) {
        problem(400, broken.message.orEmpty())
    } catch (broken: CharacterCodingException) {
        problem(400, "a body is UTF-8")
    }
}

private val OPERATIONS = mapOf("POST /scan" to "scan", "POST /decode" to "decode")
private val REASONS = mapOf(200 to "OK", 202 to "Accepted", 400 to "Bad Request", 404 to "Not Found")

private fun problem(status: Int, words: String) = answer(status, mapOf("problem" to words))

private fun answer(status: Int, body: Map<String, String>?): ByteArray {
    val bytes = body?.let(Json::write).orEmpty().toByteArray()
    val head = "HTTP/1.1 $status ${REASONS[status]}\r\nContent-Type: application/json\r\n" +
        "Content-Length: ${bytes.size}\r\nConnection: close\r\n\r\n"
    return head.toByteArray() + bytes
}

/** One request, read within bounds of size and time. IOException where it does not end within them. */
private class Request(private val input: InputStream) {
    private val deadline = Deadline(REQUEST_MS.toLong())
    private var left = 0

    /** The method and the path, such as `GET /health`. */
    fun readHead(): String {
        var budget = MAX_HEAD
        val read = generateSequence { line(budget).also { budget -= it.length + 1 } }
        val lines = read.takeWhile(String::isNotEmpty).toList()
        val headers = lines.drop(1).groupBy({ it.substringBefore(':').lowercase() }, { it.substringAfter(':').trim() })
        if ("transfer-encoding" in headers) {
            throw NotCarriedOut("a body has a Content-Length")
        }
        left = headers["content-length"]?.let(::length) ?: 0
        return lines.firstOrNull().orEmpty().substringBeforeLast(' ')
    }

    private fun length(found: List<String>): Int =
        found.distinct().singleOrNull()?.takeIf { it.matches(Regex("[0-9]{1,8}")) }?.toInt()?.takeIf { it <= MAX_READ }
            ?: throw NotCarriedOut("a body has at most $MAX_BODY bytes")

    fun readBody(): String {
        val found = ByteArrayOutputStream()
        val buffer = ByteArray(8_192)
        var isTooLong = false
        while (left > 0) {
            val count = within { input.read(buffer, 0, minOf(left, buffer.size)) }
            left -= count
            // Read to its end all the same: its sender is to hear why it is refused.
            isTooLong = isTooLong || found.size() + count > MAX_BODY
            if (!isTooLong) {
                found.write(buffer, 0, count)
            }
        }
        if (isTooLong) {
            throw NotCarriedOut("a body has at most $MAX_BODY bytes")
        }
        return Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(found.toByteArray())).toString()
    }

    private fun line(most: Int): String {
        val found = StringBuilder()
        while (true) {
            when (val byte = within(input::read)) {
                '\n'.code -> return found.toString().removeSuffix("\r")
                else -> found.append(byte.toChar())
            }
            if (found.length > most) {
                throw IOException("a head has at most $MAX_HEAD bytes")
            }
        }
    }

    /** What was read; there is no end before the request's own. */
    private fun within(read: () -> Int): Int =
        read().takeIf { it >= 0 && !deadline.isOver } ?: throw IOException("the request did not end")
}
