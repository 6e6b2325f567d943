@file:JvmName("Doubles")

package mpp.doubles.android

/** Listens on this machine alone, for the calls of the suite; port 0 takes any that is free. */
fun startAdaptor(port: Int, build: TestBuild): Listening {
    val adaptor = Adaptor(build)
    val server = Server(adaptor, port)
    adaptor.threads.execute(server::run)
    return server.listening
}

/** Plays `build` for the suite at `deviceUrl`, from now on, however often the connection breaks. */
fun startPulling(deviceUrl: String, build: TestBuild): Pulling {
    val adaptor = Adaptor(build)
    val device = Device(deviceUrl.trimEnd('/'), adaptor)
    adaptor.threads.execute(device::run)
    return Pulling(device)
}
