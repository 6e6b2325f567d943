package mpp.doubles.android

/** Text that is no JSON, with the place. */
internal class NotJson(words: String) : Exception(words)

/**
 * JSON as maps, lists, text, numbers (Long where it is a whole one, else Double), booleans and null.
 *
 * The parser of Android takes much that is no JSON, and others lose half of a surrogate pair.
 */
internal object Json {
    fun write(value: Any?): String = StringBuilder().also { write(value, it) }.toString()

    /** NotJson where it is none, or nested too deep. */
    fun read(text: String): Any? = Reader(text).whole()

    private fun write(value: Any?, out: StringBuilder) {
        when (value) {
            is Map<*, *> -> sequence(value.entries, "{}", out) { (name, member) ->
                text(name as String, out)
                out.append(':')
                write(member, out)
            }
            is List<*> -> sequence(value, "[]", out) { write(it, out) }
            is String -> text(value, out)
            else -> out.append(value)
        }
    }

    private fun <T> sequence(items: Collection<T>, brackets: String, out: StringBuilder, write: (T) -> Unit) {
        out.append(brackets.first())
        items.forEachIndexed { index, item ->
            if (index > 0) {
                out.append(',')
            }
            write(item)
        }
        out.append(brackets.last())
    }

    private fun text(value: String, out: StringBuilder) {
        out.append('"')
        value.forEachIndexed { index, char ->
            when {
                char == '"' || char == '\\' -> out.append('\\').append(char)
                // Half of a pair has no bytes in UTF-8.
                char < ' ' || isHalf(value, index) -> out.append("\\u%04x".format(char.code))
                else -> out.append(char)
            }
        }
        out.append('"')
    }

    private fun isHalf(text: String, index: Int): Boolean {
        val char = text[index]
        return (char.isHighSurrogate() && text.getOrNull(index + 1)?.isLowSurrogate() != true) ||
            (char.isLowSurrogate() && text.getOrNull(index - 1)?.isHighSurrogate() != true)
    }
}

private const val MAX_DEPTH = 32
private val NUMBER = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?")
private val HEX4 = Regex("[0-9a-fA-F]{4}")
private val WORDS = mapOf("true" to true, "false" to false, "null" to null)
private val ESCAPES = mapOf('b' to '\b', 'f' to '\u000c', 'n' to '\n', 'r' to '\r', 't' to '\t') +
    listOf('"', '\\', '/').associateWith { it }

private class Reader(private val text: String) {
    private var at = 0

    fun whole(): Any? {
        val value = value(0)
        skip()
        return if (at == text.length) value else refuse("the end")
    }

    private fun value(depth: Int): Any? {
        skip()
        return when {
            depth > MAX_DEPTH -> refuse("at most $MAX_DEPTH levels")
            take('{') -> members(depth)
            take('[') -> items(depth)
            take('"') -> text()
            else -> word()
        }
    }

    private fun members(depth: Int): Map<String, Any?> {
        val found = LinkedHashMap<String, Any?>()
        list('}') {
            skip()
            expect('"')
            val name = text()
            skip()
            expect(':')
            found[name] = value(depth + 1)
        }
        return found
    }

    private fun items(depth: Int): List<Any?> {
        val found = ArrayList<Any?>()
        list(']') { found.add(value(depth + 1)) }
        return found
    }

    private fun list(end: Char, item: () -> Unit) {
        skip()
        if (take(end)) {
            return
        }
        while (true) {
            item()
            skip()
            if (take(end)) {
                return
            }
            expect(',')
        }
    }

    private fun text(): String {
        val found = StringBuilder()
        while (true) {
            when (val char = next()) {
                '"' -> return found.toString()
                '\\' -> found.append(escaped())
                else -> found.append(if (char < ' ') refuse("no control character") else char)
            }
        }
    }

    private fun escaped(): Char {
        val char = next()
        if (char != 'u') {
            return ESCAPES[char] ?: refuse("an escape")
        }
        val digits = text.substring(at, minOf(at + 4, text.length))
        if (!HEX4.matches(digits)) {
            refuse("four hexadecimal digits")
        }
        at += 4
        return digits.toInt(16).toChar()
    }

    private fun word(): Any? {
        for ((word, value) in WORDS) {
            if (text.startsWith(word, at)) {
                at += word.length
                return value
            }
        }
        val number = NUMBER.matchAt(text, at)?.value ?: refuse("a value")
        at += number.length
        return number.toLongOrNull() ?: number.toDouble()
    }

    private fun next(): Char = if (at < text.length) text[at++] else refuse("more")

    private fun take(char: Char): Boolean = (text.getOrNull(at) == char).also { if (it) at++ }

    private fun expect(char: Char) {
        if (!take(char)) {
            refuse("'$char'")
        }
    }

    private fun skip() {
        while (at < text.length && text[at] in " \t\r\n") {
            at++
        }
    }

    private fun refuse(expected: String): Nothing = throw NotJson("no JSON: expected $expected at character $at")
}
