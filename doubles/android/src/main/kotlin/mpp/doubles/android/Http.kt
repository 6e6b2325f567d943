package mpp.doubles.android

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.URI

private const val MAX_ANSWER = 4_194_304

internal class Answer(val status: Int, val text: String)

/** Sends one JSON text; redirections are not followed. IOException where no answer came. */
internal fun post(url: String, json: String, timeoutMs: Int, headers: Map<String, String> = emptyMap()): Answer {
    val connection = URI(url).toURL().openConnection() as HttpURLConnection
    val body = json.toByteArray()
    connection.requestMethod = "POST"
    connection.connectTimeout = timeoutMs
    connection.readTimeout = timeoutMs
    connection.instanceFollowRedirects = false
    connection.useCaches = false
    connection.doOutput = true
    // Otherwise the platform sends it a second time by itself when a connection breaks.
    connection.setFixedLengthStreamingMode(body.size)
    connection.setRequestProperty("Content-Type", "application/json")
    for ((name, value) in headers) {
        connection.setRequestProperty(name, value)
    }
    connection.outputStream.use { it.write(body) }
    val status = connection.responseCode
    val stream = if (status < HttpURLConnection.HTTP_BAD_REQUEST) connection.inputStream else connection.errorStream
    return Answer(status, String(stream?.use { it.upTo(MAX_ANSWER) } ?: ByteArray(0)))
}

private fun InputStream.upTo(most: Int): ByteArray {
    val found = ByteArrayOutputStream()
    val buffer = ByteArray(8_192)
    while (true) {
        val count = read(buffer)
        if (count < 0) {
            return found.toByteArray()
        }
        found.write(buffer, 0, count)
        if (found.size() > most) {
            throw IOException("an answer has at most $most bytes")
        }
    }
}
