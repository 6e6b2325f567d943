import org.junit.Test
import org.junit.runner.JUnitCore
import org.junit.runner.RunWith
import org.junit.runners.model.FrameworkMethod
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.ConscryptMode
import org.robolectric.annotation.ConscryptMode.Mode.OFF
import org.robolectric.internal.bytecode.InstrumentationConfiguration

private const val WORDS = "miniature.words"

/** The miniature's server would not be on the phone: it has the JSON library that it was written for. */
class WithServer(tested: Class<*>) : RobolectricTestRunner(tested) {
    override fun createClassLoaderConfig(method: FrameworkMethod): InstrumentationConfiguration {
        val usual = super.createClassLoaderConfig(method)
        return InstrumentationConfiguration.Builder(usual).doNotAcquirePackage("org.json.").build()
    }
}

/** examples/wallet-android-mini on the classes of Android 14, until it is stopped. */
@RunWith(WithServer::class)
@Config(sdk = [34], manifest = Config.NONE)
@ConscryptMode(OFF)
class Miniature {
    @Test
    fun run() = Wallet.main(System.getProperty(WORDS).split(" ").toTypedArray())
}

/** Robolectric hands no words on: they travel as a property. */
fun main(words: Array<String>) {
    System.setProperty(WORDS, words.joinToString(" "))
    JUnitCore.runClasses(Miniature::class.java).failures.forEach { System.err.println(it.trace) }
}
